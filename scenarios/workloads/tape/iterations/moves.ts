/** Spaces of ops that move data: shapes, joins, parts, paddings. */
import { matchedAxes } from "../../../../env/model/graph/matched-axes.ts";
import { halosOf } from "../../../../env/model/layout/halo.ts";
import type { Tensor } from "../tape.ts";
import { all, capital, joined, type SpaceRule, spaceOf, view } from "./rules.ts";

/** Axes of other sizes than before are whole, or follow windows of one tap that move the image. */
export const moved: SpaceRule = (op, lettering) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const { windows } = op.spec;
  if (windows !== undefined)
    return spaceOf({
      inputs: [view(x, "bcyx")],
      outputs: [view(y, "bcyx")],
      halos: halosOf("yx", x.shape.slice(2), y.shape.slice(2), windows),
      linearIn: [0],
    });
  const axes = [...lettering(x)]
    .map((letter, axis) => (x.shape[axis] === y.shape[axis] ? letter : capital(letter)))
    .join("");
  return spaceOf({ inputs: [view(x, axes)], outputs: [view(y, axes)], linearIn: [0] });
};

/** Major factors may be split: a part is the same elements in both shapes. */
export const reshape: SpaceRule = (op, lettering) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const letters = lettering(x);
  const [from, to] = [[...capital(letters)], y.shape.map(() => ".")];
  const sizes: Record<string, number> = {};
  for (const group of matchedAxes(x.shape, y.shape)) {
    const letter = letters[group.from];
    from[group.from] = letter;
    to[group.to] = letter;
    sizes[letter] = group.parts;
  }
  return spaceOf({
    inputs: [view(x, from.join(""))],
    outputs: [view(y, to.join(""))],
    linearIn: [0],
    sizes,
  });
};

/** The axis along which parts lie one behind another in the whole. */
function joinedAxis(parts: readonly Tensor[], whole: Tensor): number {
  return whole.shape.findIndex(
    (size, axis) =>
      size !== parts[0].shape[axis] && size === parts.reduce((sum, { shape }) => sum + shape[axis], 0),
  );
}

export const concat: SpaceRule = (op, lettering) => {
  const [whole] = op.outputs;
  const axes = joined(lettering(op.inputs[op.inputs.length - 1]), joinedAxis(op.inputs, whole));
  const part = (input: Tensor) =>
    [...axes]
      .map((letter, axis) => (input.shape[axis] === whole.shape[axis] ? letter : capital(letter)))
      .join("");
  return spaceOf({
    inputs: op.inputs.map((input) => view(input, part(input))),
    outputs: [view(whole, axes)],
    linearIn: all(op),
  });
};

/** The whole is seen as [..., parts, part], so that each part may be split within. */
export const split: SpaceRule = (op, lettering) => {
  const [x, part] = [op.inputs[0], op.outputs[0]];
  const axis = joinedAxis(op.outputs, x);
  const axes = lettering(x);
  const outputs = op.outputs.map((output) => view(output, axes));
  if (axis === -1) return spaceOf({ inputs: [view(x, axes)], outputs, linearIn: [0] });
  const shape = [...x.shape.slice(0, axis), op.outputs.length, ...part.shape.slice(axis)];
  const inputs = [{ shape, axes: `${axes.slice(0, axis)}.${axes.slice(axis)}` }];
  return spaceOf({ inputs, outputs, linearIn: [0] });
};

const stepsOf = (axes: string): string => `${axes[0]}T${axes.slice(1)}`;

export const stack: SpaceRule = (op, lettering) => {
  const axes = lettering(op.inputs[0]);
  return spaceOf({
    inputs: op.inputs.map((input) => view(input, axes)),
    outputs: [view(op.outputs[0], stepsOf(axes))],
    linearIn: all(op),
  });
};

export const unstack: SpaceRule = (op, lettering) => {
  const [x] = op.inputs;
  const letters = lettering(x);
  const axes = letters[0] + letters.slice(2);
  return spaceOf({
    inputs: [view(x, stepsOf(axes))],
    outputs: op.outputs.map((output) => view(output, axes)),
    linearIn: [0],
  });
};
