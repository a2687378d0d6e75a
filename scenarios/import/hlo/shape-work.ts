/**
 * Work that follows from the shapes of one HLO instruction and its operands: FLOP of products and
 * convolutions, and counts of elements.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type ArrayShape, elementsOf, mainArray } from "./shape.ts";
import { type Computation, type Instruction, numbersOf, wordOf } from "./text.ts";

/** A product that sums over the given dimensions of its first operand. */
export function productFlops(
  instruction: Instruction,
  within: Computation,
  contractedDims: readonly number[],
): number {
  const output = outputElements(instruction);
  return 2 * output * contracted(operand(instruction, within, 0), contractedDims);
}

/** Elements of the output, or of the first array of a tuple; 0 where there is none. */
export function outputElements({ shape }: Instruction): number {
  const output = mainArray(shape);
  return output === undefined ? 0 : elementsOf(output);
}

function operand(instruction: Instruction, within: Computation, index: number): ArrayShape {
  const name = instruction.operands[index];
  const source = name === undefined ? undefined : within.byName.get(name);
  const shape = source === undefined ? undefined : mainArray(source.shape);
  if (shape === undefined)
    throw new InputError(
      `instruction "${instruction.name}": operand ${index}${name === undefined ? "" : ` ("${name}")`} is not an array of "${within.name}".`,
    );
  return shape;
}

function contracted(shape: ArrayShape, dims: readonly number[]): number {
  return dims.reduce((product, dim) => {
    if (dim >= shape.dims.length)
      throw new InputError(
        `a product contracts dimension ${dim} of a tensor of ${shape.dims.length} dimensions.`,
      );
    return product * shape.dims[dim];
  }, 1);
}

/**
 * Each output element sums over the kernel's window and its input features. Zeros that dilate the
 * input do not count.
 */
export function convolutionFlops(instruction: Instruction, within: Computation): number {
  const labels = /_([a-z0-9?]+)->/.exec(wordOf(instruction, "dim_labels") ?? "")?.[1];
  if (labels === undefined) throw new InputError(`the convolution "${instruction.name}" has no dim_labels.`);
  const kernel = operand(instruction, within, 1);
  const summed = [...labels].reduce(
    (product, label, dim) => (label === "o" ? product : product * (kernel.dims[dim] ?? 1)),
    1,
  );
  const dilation = (windowPart(instruction, "lhs_dilate") ?? []).reduce((product, size) => product * size, 1);
  return (2 * outputElements(instruction) * summed) / Math.max(1, dilation);
}

/** `size=3x3` of `window={size=3x3 stride=2x2}`. */
function windowPart({ attributes }: Instruction, name: string): readonly number[] | undefined {
  const window = attributes.get("window")?.slice(1, -1);
  const part = window === undefined ? undefined : new RegExp(`(?:^|\\s)${name}=([\\dx]+)`).exec(window)?.[1];
  return part?.split("x").map(Number);
}

export const windowSize = (instruction: Instruction): number =>
  (windowPart(instruction, "size") ?? []).reduce((product, size) => product * size, 1);

/**
 * Elements of the first operand. The operands of a reduction are arrays, followed by as many
 * initial values.
 */
export const inputElements = (instruction: Instruction, within: Computation): number =>
  elementsAt(instruction, within, 0);

export function elementsAt(instruction: Instruction, within: Computation, index: number): number {
  return elementsOf(operand(instruction, within, index));
}

/** Size of one dimension of an operand; 1 where it has none such. */
export const sizeAt = (instruction: Instruction, within: Computation, index: number, dim: number): number =>
  operand(instruction, within, index).dims[dim] ?? 1;

export const rankAt = (instruction: Instruction, within: Computation, index: number): number =>
  operand(instruction, within, index).dims.length;

/**
 * A product whose rows, or whose summed rows, belong to groups of uneven size. Where they are
 * summed, the output has a part for each group, and each row enters one of them.
 */
export function raggedFlops(instruction: Instruction, within: Computation): number {
  const contracting = numbersOf(instruction, "lhs_contracting_dims") ?? [];
  const all = productFlops(instruction, within, contracting);
  const [ragged] = numbersOf(instruction, "lhs_ragged_dims") ?? [];
  if (ragged === undefined || !contracting.includes(ragged)) return all;
  const groups = operand(instruction, within, 2).dims;
  return all / Math.max(1, groups[groups.length - 1] ?? 1);
}
