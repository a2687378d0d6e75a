/**
 * Numbers computed from known numbers: the shape arithmetic (`Shape`, `Gather`, `Concat`, ...) that
 * exporters put in front of `Reshape`, `Slice`, `Pad` and `Expand`. It covers only what such
 * arithmetic uses, for at most `MOST_VALUES` elements.
 */
import { axisOf, sliceRange } from "../tensors/shapes.ts";
import { elements, MOST_VALUES, type Shape, type Tensor } from "../tensors/tensor.ts";
import type { OnnxOp } from "./onnx-op.ts";

type Numbers = readonly number[];
type Evaluate = (op: OnnxOp, result: Shape) => Numbers | undefined;

/** The numbers of the only output, where all inputs are known. */
export function evaluated(op: OnnxOp, output: Tensor): Numbers | undefined {
  const { shape } = output;
  if (shape === null || op.outputCount !== 1 || op.inputs.length === 0) return undefined;
  if (op.inputs.some((input) => input !== null && input.value === undefined)) return undefined;
  if (elements(shape) > MOST_VALUES) return undefined;
  const value = rules.get(op.type)?.(op, shape);
  if (value === undefined || value.length !== elements(shape)) return undefined;
  return /^u?int/.test(output.element) ? value.map(Math.trunc) : value;
}

const same: Evaluate = (op) => op.values(0);

const each =
  (compute: (a: number) => number): Evaluate =>
  (op) =>
    op.values(0).map(compute);

const pairwise =
  (compute: (a: number, b: number) => number): Evaluate =>
  (op, result) => {
    const [first, ...others] = op.inputs.map((_, i) => stretched(op, i, result));
    if (first === undefined) return undefined;
    let value = first;
    for (const other of others) {
      if (other === undefined) return undefined;
      value = value.map((a, i) => compute(a, other[i]));
    }
    return value;
  };

const truth = (flag: boolean): number => (flag ? 1 : 0);

/** An input as long as the result: of the same shape, or a single number. */
function stretched(op: OnnxOp, i: number, result: Shape): Numbers | undefined {
  const values = op.values(i);
  if (values.length === elements(result)) return values;
  return values.length === 1 ? Array.from({ length: elements(result) }, () => values[0]) : undefined;
}

const gather: Evaluate = (op) => {
  const table = op.values(0);
  if (op.shape(0).length !== 1) return undefined;
  const picked = op.values(1).map((index) => table[index < 0 ? index + table.length : index]);
  return picked.includes(undefined as unknown as number) ? undefined : picked;
};

const slice: Evaluate = (op, result) => {
  const shape = op.shape(0);
  const starts = op.ints("starts") ?? op.values(1);
  const ends = op.ints("ends") ?? op.values(2);
  const axes = op.ints("axes") ?? op.valuesOrNone(3) ?? starts.map((_, i) => i);
  const steps = op.valuesOrNone(4) ?? starts.map(() => 1);
  const first = shape.map(() => 0);
  const step = shape.map(() => 1);
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length);
    first[axis] = sliceRange(shape[axis], starts[i], ends[i], steps[i]).first;
    step[axis] = steps[i];
  });
  const values = op.values(0);
  return places(result).map(
    (place) => values[offset(shape, (axis) => first[axis] + step[axis] * place[axis])],
  );
};

const transpose: Evaluate = (op, result) => {
  const shape = op.shape(0);
  const order = op.ints("perm") ?? shape.map((_, axis) => shape.length - 1 - axis);
  const values = op.values(0);
  const placeOf = shape.map((_, axis) => order.findIndex((from) => axisOf(from, shape.length) === axis));
  return places(result).map((place) => values[offset(shape, (axis) => place[placeOf[axis]])]);
};

/** The index vectors of all elements, in row-major order. */
function places(shape: Shape): readonly Numbers[] {
  let all: Numbers[] = [[]];
  for (const size of shape)
    all = all.flatMap((place) => Array.from({ length: size }, (_, index) => [...place, index]));
  return all;
}

const offset = (shape: Shape, indexOf: (axis: number) => number): number =>
  shape.reduce((all, size, axis) => all * size + indexOf(axis), 0);

const concat: Evaluate = (op) =>
  op.shape(0).length === 1 ? op.inputs.flatMap((_, i) => op.values(i)) : undefined;

const where: Evaluate = (op, result) => {
  const [choice, yes, no] = [0, 1, 2].map((i) => stretched(op, i, result));
  if (choice === undefined || yes === undefined || no === undefined) return undefined;
  return choice.map((flag, i) => (flag === 0 ? no[i] : yes[i]));
};

const overAll =
  (compute: (a: number, b: number) => number): Evaluate =>
  (op, result) =>
    elements(result) === 1 && op.values(0).length > 0 ? [op.values(0).reduce(compute)] : undefined;

const rules: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ...["Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"].map((type) => [type, same] as const),
  ["Neg", each((a) => -a)],
  ["Abs", each(Math.abs)],
  ["Floor", each(Math.floor)],
  ["Ceil", each(Math.ceil)],
  ["Sqrt", each(Math.sqrt)],
  ["Not", each((a) => truth(a === 0))],
  ["Add", pairwise((a, b) => a + b)],
  ["Sub", pairwise((a, b) => a - b)],
  ["Mul", pairwise((a, b) => a * b)],
  ["Div", pairwise((a, b) => a / b)],
  ["Mod", pairwise((a, b) => a - b * Math.floor(a / b))],
  ["Pow", pairwise((a, b) => a ** b)],
  ["Min", pairwise(Math.min)],
  ["Max", pairwise(Math.max)],
  ["Equal", pairwise((a, b) => truth(a === b))],
  ["Less", pairwise((a, b) => truth(a < b))],
  ["LessOrEqual", pairwise((a, b) => truth(a <= b))],
  ["Greater", pairwise((a, b) => truth(a > b))],
  ["GreaterOrEqual", pairwise((a, b) => truth(a >= b))],
  ["And", pairwise((a, b) => truth(a !== 0 && b !== 0))],
  ["Or", pairwise((a, b) => truth(a !== 0 || b !== 0))],
  ["Gather", gather],
  ["Slice", slice],
  ["Transpose", transpose],
  ["Concat", concat],
  ["Where", where],
  ["Expand", (op, result) => stretched(op, 0, result)],
  ["ReduceProd", overAll((a, b) => a * b)],
  ["ReduceSum", overAll((a, b) => a + b)],
  ["ReduceMax", overAll(Math.max)],
  ["ReduceMin", overAll(Math.min)],
]);
