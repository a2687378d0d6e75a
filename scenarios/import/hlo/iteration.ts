/**
 * Dimensions of HLO instructions whose axes their text tells: products, element-wise instructions,
 * transposes, broadcasts, parameters and constants. Others have none. HLO does not say what an axis
 * means, so axes are of kind `feature`, but for those that a product batches or sums.
 */
import {
  type DimensionKind,
  type OpIteration,
  type TensorAxes,
  WHOLE,
} from "../../../env/model/graph/iteration.ts";
import { isPointwise } from "./opcodes.ts";
import { type ArrayShape, elementsOf } from "./shape.ts";
import { type Computation, type Instruction, numbersOf } from "./text.ts";

/** Undefined where nothing is known, or a size is. */
export function iterationOf(instruction: Instruction, within: Computation): OpIteration | undefined {
  const operands = instruction.operands.map((name) => within.byName.get(name)?.shape);
  const shapes = [instruction.shape, ...operands];
  if (!shapes.every((shape) => shape !== undefined && shape.kind === "array" && isSized(shape)))
    return undefined;
  const [output, ...inputs] = (shapes as ArrayShape[]).map(({ dims }) => dims);
  const { opcode } = instruction;
  if (opcode === "dot" && inputs.length === 2) return product(instruction, output, inputs);
  if ((opcode === "transpose" || opcode === "broadcast") && inputs.length === 1)
    return moved(instruction, output, inputs);
  if (opcode === "parameter" || opcode === "constant") return elementwise(output, [], []);
  return isPointwise(opcode) ? elementwise(output, inputs, linearIn[opcode] ?? []) : undefined;
}

/** Inputs in which an instruction is linear, all at once. */
const linearIn: Readonly<Record<string, readonly number[]>> = {
  add: [0, 1],
  subtract: [0, 1],
  multiply: [0],
  divide: [0],
  negate: [0],
};

const isSized = (shape: ArrayShape): boolean => !shape.isUnbounded && elementsOf(shape) >= 1;

const axesOf = (shape: readonly number[]): number[] => [...shape.keys()];

const dimensionsOf = (shape: readonly number[]) =>
  shape.map((size, axis) => ({ name: `axis_${axis}`, kind: "feature" as const, size }));

function elementwise(
  output: readonly number[],
  inputs: readonly (readonly number[])[],
  linear: readonly number[],
): OpIteration | undefined {
  // A scalar, such as the bounds of a clamp, goes with every element.
  const fits = inputs.every((shape) => shape.length === 0 || shape.join() === output.join());
  if (!fits) return undefined;
  return {
    dimensions: dimensionsOf(output),
    inputs: inputs.map((shape) => ({ shape, along: axesOf(shape) })),
    parameters: [],
    outputs: [{ shape: output, along: axesOf(output) }],
    sums: [],
    linearIn: linear.filter((i) => i < inputs.length),
  };
}

/** `dimensions` of a transpose lists the input's axes, that of a broadcast the output's. */
function moved(
  instruction: Instruction,
  output: readonly number[],
  [input]: readonly (readonly number[])[],
): OpIteration | undefined {
  const listed = numbersOf(instruction, "dimensions") ?? [];
  const along =
    instruction.opcode === "broadcast" ? listed : axesOf(input).map((axis) => listed.indexOf(axis));
  const fits = along.length === input.length && along.every((axis, i) => output[axis] === input[i]);
  if (!fits || new Set(along).size < along.length) return undefined;
  return {
    dimensions: dimensionsOf(output),
    inputs: [{ shape: input, along }],
    parameters: [],
    outputs: [{ shape: output, along: axesOf(output) }],
    sums: [],
    linearIn: [0],
  };
}

/** The output has the batch axes, then the other axes of the left side, then those of the right. */
function product(
  instruction: Instruction,
  output: readonly number[],
  [left, right]: readonly (readonly number[])[],
): OpIteration | undefined {
  const of = (side: string, what: string) => numbersOf(instruction, `${side}_${what}_dims`) ?? [];
  const [leftBatch, rightBatch] = [of("lhs", "batch"), of("rhs", "batch")];
  const [leftSummed, rightSummed] = [of("lhs", "contracting"), of("rhs", "contracting")];
  const free = (shape: readonly number[], taken: readonly number[]) =>
    axesOf(shape).filter((axis) => !taken.includes(axis));
  if ([leftBatch, rightBatch, leftSummed, rightSummed].some((axes) => new Set(axes).size < axes.length))
    return undefined;
  const leftFree = free(left, [...leftBatch, ...leftSummed]);
  const rightFree = free(right, [...rightBatch, ...rightSummed]);
  const groups: readonly (readonly [DimensionKind, readonly number[], readonly number[] | null])[] = [
    ["batch", leftBatch, rightBatch],
    ["feature", leftFree, null],
    ["contraction", leftSummed, rightSummed],
  ];
  const leftAlong: number[] = left.map(() => WHOLE);
  const rightAlong: number[] = right.map(() => WHOLE);
  const dimensions: { name: string; kind: DimensionKind; size: number }[] = [];
  const outputs: number[] = [];
  const sums: number[] = [];
  const add = (kind: DimensionKind, size: number): number => {
    const d = dimensions.push({ name: `${kind}_${dimensions.length}`, kind, size }) - 1;
    (kind === "contraction" ? sums : outputs).push(d);
    return d;
  };
  for (const [kind, lefts, rights] of groups)
    lefts.forEach((axis, i) => {
      leftAlong[axis] = add(kind, left[axis]);
      if (rights !== null) rightAlong[rights[i]] = leftAlong[axis];
    });
  for (const axis of rightFree) rightAlong[axis] = add("feature", right[axis]);
  const made: TensorAxes = { shape: output, along: outputs };
  const inputs = [
    { shape: left, along: leftAlong },
    { shape: right, along: rightAlong },
  ];
  const iteration = { dimensions, inputs, parameters: [], outputs: [made], sums, linearIn: [0] };
  return [made, ...inputs].every((tensor) => agrees(tensor, dimensions)) ? iteration : undefined;
}

/** A text may say sizes that do not fit each other; its product has then no dimensions. */
const agrees = ({ shape, along }: TensorAxes, dimensions: OpIteration["dimensions"]): boolean =>
  shape.length === along.length && along.every((d, axis) => dimensions[d]?.size === shape[axis]);
