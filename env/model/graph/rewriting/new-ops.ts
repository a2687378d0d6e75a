/**
 * What may be split of ops that substitutions make: their iterations, by the rules of the built-in
 * networks (scenarios/workloads/tape/iterations), with the usual letters of axes.
 */
import { halosOf, type Windows } from "../../layout/halo.ts";
import { forwardIteration, type Space, type View } from "../../layout/space.ts";
import type { OpIteration } from "../iteration.ts";
import { paddingOf, type Shape } from "./operators.ts";
import type { TermOp } from "./term-ops.ts";
import type { Terms } from "./terms.ts";

/** Letters of tensors by number of axes. */
const usual: readonly string[] = ["", "n", "bn", "btn", "bcyx"];

export function newIteration(terms: Terms, op: TermOp): OpIteration {
  const [inputs, weights, outputs] = [op.inputs, op.weights, op.outputs].map((numbers) =>
    numbers.map((number) => terms.at(number).shape),
  );
  return forwardIteration({ ...PLAIN, ...spaceOf(op, { inputs, weights, outputs }) });
}

interface Shapes {
  readonly inputs: readonly Shape[];
  readonly weights: readonly Shape[];
  readonly outputs: readonly Shape[];
}

const PLAIN: Omit<Space, "outputs" | "inputs"> = {
  parameters: [],
  sums: "",
  linearIn: [],
  halos: {},
  sizes: {},
};

const lettersOf = (shape: Shape): string => usual[shape.length] ?? ".".repeat(shape.length);

const view = (shape: Shape, axes: string): View => ({ shape, axes });

type Partly = Pick<Space, "inputs" | "outputs"> & Partial<Space>;

function spaceOf({ operator, attributes }: TermOp, { inputs, weights, outputs }: Shapes): Partly {
  const [x, y] = [inputs[0], outputs[0]];
  const axes = lettersOf(y);
  const alike = { inputs: inputs.map((shape) => view(shape, axes)), outputs: [view(y, axes)] };
  // Every rank would add its weights, so that no sum of parts has them once.
  const all = weights.length === 0 ? inputs.map((_, i) => i) : [];
  switch (operator) {
    case "matmul":
    case "matmulMap": {
      const rows = axes.slice(0, -1);
      return {
        inputs: [view(x, `${rows}k`)],
        parameters: [view(weights[0], "kn")],
        outputs: [view(y, `${rows}n`)],
        // A function of a partial sum is not a part of the function.
        sums: operator === "matmul" ? "k" : "",
        linearIn: operator === "matmul" ? [0] : [],
      };
    }
    case "conv":
    case "convMap":
      return {
        inputs: [view(x, "biyx")],
        parameters: [view(weights[0], "ci..")],
        outputs: [view(y, "bcyx")],
        sums: operator === "conv" ? "i" : "",
        linearIn: operator === "conv" ? [0] : [],
        halos: imageHalos(x, y, convolutionWindows(weights[0], attributes)),
      };
    case "maxPool":
    case "avgPool":
      return {
        ...alike,
        linearIn: operator === "avgPool" ? [0] : [],
        halos: imageHalos(x, y, poolWindows(attributes)),
      };
    case "bias":
    case "biasMap":
      return { ...alike, parameters: [view(weights[0], axes[y.length === 4 ? 1 : y.length - 1])] };
    case "affine":
      return { ...alike, parameters: [view([2, y[1]], ".c")] };
    case "add":
      return { ...alike, parameters: weights.map((shape) => view(shape, axes)), linearIn: all };
    case "mul":
      return { ...alike, parameters: weights.map((shape) => view(shape, axes)), linearIn: [0] };
    case "concat":
      return { ...alongOthers({ inputs, weights, outputs }, attributes[0]), linearIn: all };
    case "split":
      return { ...alongOthers({ inputs, weights, outputs }, attributes[0]), linearIn: [0] };
    default:
      return alike;
  }
}

/** Along all axes but the one that is joined or split. */
function alongOthers({ inputs, weights, outputs }: Shapes, axis: number) {
  const letters = lettersOf(inputs[0]);
  const at = letters.length + axis;
  const axes = letters.slice(0, at) + letters[at].toUpperCase() + letters.slice(at + 1);
  return {
    inputs: inputs.map((shape) => view(shape, axes)),
    parameters: weights.map((shape) => view(shape, axes)),
    outputs: outputs.map((shape) => view(shape, axes)),
  };
}

const imageHalos = (fine: Shape, coarse: Shape, windows: Windows) =>
  halosOf("yx", fine.slice(2), coarse.slice(2), windows);

const convolutionWindows = (kernel: Shape, [down, right, top, left]: readonly number[]): Windows => ({
  kernel: kernel.slice(2),
  stride: [down, right],
  padding: [paddingOf(kernel[2], top), paddingOf(kernel[3], left)],
});

const poolWindows = ([tall, wide, down, right, top, left]: readonly number[]): Windows => ({
  kernel: [tall, wide],
  stride: [down, right],
  padding: [top, left],
});
