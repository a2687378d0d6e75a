/**
 * Parts of the rules in spaces.ts. A rule sees a recorded op and the letters of its inputs, and
 * gives the op's space.
 */
import type { Space, View } from "../../../../env/model/layout/space.ts";
import type { ForwardOp, Shape, Tensor } from "../tape.ts";
import { axesOf } from "./notation.ts";

/** The letters of a tensor's axes, small. */
export type Lettering = (tensor: Tensor) => string;

export type SpaceRule = (op: ForwardOp, lettering: Lettering) => Space;

const NONE = { inputs: [], parameters: [], sums: "", linearIn: [], halos: {}, sizes: {} };

export const spaceOf = (space: Partial<Space> & Pick<Space, "outputs">): Space => ({ ...NONE, ...space });

export const view = ({ shape }: { readonly shape: Shape }, axes: string): View => ({ shape, axes });

export const capital = (axes: string): string => axes.toUpperCase();

export const all = (op: ForwardOp): readonly number[] => op.inputs.map((_, i) => i);

/** Letters of the last axes of `whole`, for an input that is repeated along the others. */
function aligned(input: Tensor, whole: Shape, axes: string): string {
  const missing = whole.length - input.shape.length;
  return input.shape
    .map((size, axis) => (size === whole[axis + missing] ? axes[axis + missing] : "."))
    .join("");
}

/** Element by element; inputs with fewer or shorter axes are repeated. */
export const elementwise =
  (linearIn: (op: ForwardOp) => readonly number[] = () => []): SpaceRule =>
  (op, lettering) => {
    const { shape } = op.outputs[0];
    const axes = lettering(op.inputs[0]);
    return spaceOf({
      inputs: op.inputs.map((input) => view(input, aligned(input, shape, axes))),
      outputs: op.outputs.map((output) => view(output, axes.slice(0, output.shape.length))),
      linearIn: linearIn(op),
    });
  };

/** The axes that the description recorded; what the result lacks is summed. */
export const recorded =
  (linearIn: readonly number[]): SpaceRule =>
  (op) => {
    const { inputs, outputs } = axesOf(op.spec.axes!);
    const summed = [...new Set(inputs.join("").replace(/[.A-Z]/g, ""))].filter(
      (letter) => !outputs.join("").includes(letter),
    );
    return spaceOf({
      inputs: op.inputs.map((input, i) => view(input, inputs[i])),
      outputs: op.outputs.map((output, port) => view(output, outputs[port])),
      sums: summed.join(""),
      linearIn,
    });
  };

/** The recorded axes where there are some. */
export const recordedOr =
  (linearIn: readonly number[], otherwise: SpaceRule): SpaceRule =>
  (op, lettering) =>
    (op.spec.axes === undefined ? otherwise : recorded(linearIn))(op, lettering);

/** All axes are kept but the last, whose elements depend on each other. */
export const lastAxisWhole: SpaceRule = (op, lettering) => {
  const letters = lettering(op.inputs[0]);
  const axes = letters.slice(0, -1) + capital(letters.slice(-1));
  return spaceOf({ inputs: [view(op.inputs[0], axes)], outputs: [view(op.outputs[0], axes)] });
};

/** The axes with one of them whole. */
export const joined = (axes: string, axis: number): string =>
  axis === -1 ? axes : axes.slice(0, axis) + capital(axes[axis]) + axes.slice(axis + 1);
