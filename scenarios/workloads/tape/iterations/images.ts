/**
 * Spaces of ops on windows of images [batch, channels, height, width], and on windows of time. A
 * part of the height needs rows of its neighbours (halo.ts).
 */

import { type Halo, halosOf, type Windows } from "../../../../env/model/layout/halo.ts";
import { elements, type Tensor } from "../tape.ts";
import { type SpaceRule, spaceOf, view } from "./rules.ts";

const imageHalos = (fine: Tensor, coarse: Tensor, windows: Windows): Readonly<Record<string, Halo>> =>
  halosOf("yx", fine.shape.slice(2), coarse.shape.slice(2), windows);

const reversed = (halos: Readonly<Record<string, Halo>>): Readonly<Record<string, Halo>> =>
  Object.fromEntries(
    Object.entries(halos).map(([letter, halo]) => [
      letter,
      { ...halo, forward: halo.backward, backward: halo.forward },
    ]),
  );

/** Filters in groups read their own channels, so that a group takes its channels along. */
export const convolution: SpaceRule = (op) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const windows = op.spec.windows!;
  const [channels, filters] = [x.shape[1], y.shape[1]];
  const read = op.spec.parameters! / (filters * elements(windows.kernel));
  const groups = channels / read;
  const shape = [filters, read, ...windows.kernel];
  const halos = imageHalos(x, y, windows);
  if (groups > 1)
    return spaceOf({
      inputs: [view(x, "bgyx")],
      parameters: [{ shape, axes: "g..." }],
      outputs: [view(y, "bgyx")],
      linearIn: [0],
      halos,
      sizes: { g: groups },
    });
  return spaceOf({
    inputs: [view(x, "biyx")],
    parameters: [{ shape, axes: "ci.." }],
    outputs: [view(y, "bcyx")],
    sums: "i",
    linearIn: [0],
    halos,
  });
};

/** Windows over time, of activations [batch, time, width]. */
export const timeConvolution: SpaceRule = (op) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const windows = op.spec.windows!;
  return spaceOf({
    inputs: [view(x, "blk")],
    parameters: [{ shape: [windows.kernel[0], x.shape[2], y.shape[2]], axes: ".kn" }],
    outputs: [view(y, "bln")],
    sums: "k",
    linearIn: [0],
    halos: halosOf("l", [x.shape[1]], [y.shape[1]], windows),
  });
};

/** The windows lead from the large result to the small input. */
export const transposedConvolution: SpaceRule = (op) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const windows = op.spec.windows!;
  return spaceOf({
    inputs: [view(x, "biyx")],
    parameters: [{ shape: [x.shape[1], y.shape[1], ...windows.kernel], axes: "ic.." }],
    outputs: [view(y, "bcyx")],
    sums: "i",
    linearIn: [0],
    halos: reversed(imageHalos(y, x, windows)),
  });
};

export const depthwise: SpaceRule = (op) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const windows = op.spec.windows!;
  return spaceOf({
    inputs: [view(x, "bcyx")],
    parameters: [{ shape: [x.shape[1], ...windows.kernel], axes: "c.." }],
    outputs: [view(y, "bcyx")],
    linearIn: [0],
    halos: imageHalos(x, y, windows),
  });
};

/** Windows over an image, channel by channel; global ones give one number for each channel. */
export const pooled =
  (linearIn: readonly number[]): SpaceRule =>
  (op) => {
    const [x, y] = [op.inputs[0], op.outputs[0]];
    if (y.shape.length === 2)
      return spaceOf({ inputs: [view(x, "bcyx")], outputs: [view(y, "bc")], sums: "yx", linearIn });
    return spaceOf({
      inputs: [view(x, "bcyx")],
      outputs: [view(y, "bcyx")],
      halos: imageHalos(x, y, op.spec.windows!),
      linearIn,
    });
  };

export const upsampling: SpaceRule = (op) =>
  spaceOf({ inputs: [view(op.inputs[0], "bcyx")], outputs: [view(op.outputs[0], "bcyx")], linearIn: [0] });
