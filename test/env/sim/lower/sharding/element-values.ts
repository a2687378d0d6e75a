/** What the ops of numbered graphs compute, element by element, from operands that a rank holds. */
import type { OpIteration, TensorAxes } from "../../../../../env/model/graph/iteration.ts";
import type { Shard } from "../../../model/layout/shards.ts";
import { type NumberedOp, PRIME } from "./numbered-graph.ts";

export interface Computing {
  readonly held: readonly Shard[];
  readonly ranges: At["ranges"];
  readonly indices: Iterable<number>;
}

interface Element {
  readonly op: NumberedOp;
  readonly iteration: OpIteration;
  readonly rank: number;
  readonly output: TensorAxes;
  readonly port: number;
}

/** Elements of an output of an op, from operands that are held. Throws where one is missing. */
export function elementsOf(
  { op, iteration, rank, output, port }: Element,
  { held, ranges, indices }: Computing,
): Map<number, number> {
  const tensors = [...iteration.inputs, ...iteration.parameters];
  if (held.length !== tensors.length) throw new Error("An op lacks an operand.");
  const take = (operand: number, coordinates: readonly number[]): number => {
    const index = flatIndex(tensors[operand], coordinates);
    const number = held[operand].get(index);
    if (number === undefined) throw new Error(`Rank ${rank} lacks element ${index} of operand ${operand}.`);
    return number;
  };
  const lengths = tensors.map(({ shape }) => shape);
  const free = iteration.dimensions.map((_, d) => !output.along.includes(d));
  const start = coordinatesOfIndex(output, iteration.dimensions.length);
  const made = new Map<number, number>();
  for (const index of indices) {
    const coordinates = start(index);
    made.set(
      index,
      modulo(valueAt(op, { take, coordinates, ranges, free, operands: tensors.length, port, lengths })),
    );
  }
  return made;
}

interface At {
  readonly take: (operand: number, coordinates: readonly number[]) => number;
  readonly coordinates: number[];
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  readonly free: readonly boolean[];
  readonly operands: number;
  readonly port: number;
  /** Shapes of the operands. */
  readonly lengths: readonly (readonly number[])[];
}

const ROWS = 1;
const TAP = 2;

/** Windows along rows (windows.ts): dimensions are the batch, the coarse rows and the taps. */
function windowAt({ rule, window }: NumberedOp, { take, coordinates, ranges, lengths }: At): number {
  const { kernel, stride, padding } = window!;
  const length = lengths[rule === "window weights" ? 1 : 0][1];
  const isInside = (row: number): boolean => row >= 0 && row < length;
  let sum = 0;
  const add = (number: number): void => {
    sum = modulo(sum + number);
  };
  if (rule === "window weights") {
    const [tap] = coordinates.slice(TAP);
    for (let b = ranges[0].from; b < ranges[0].to; b++)
      for (let row = ranges[ROWS].from; row < ranges[ROWS].to; row++) {
        const read = row * stride - padding + tap;
        if (isInside(read)) add(take(0, [b, row, tap]) * take(1, [b, read, tap]));
      }
    return sum;
  }
  for (let tap = 0; tap < kernel; tap++) {
    const forward = coordinates[ROWS] * stride - padding + tap;
    const backward = (coordinates[ROWS] + padding - tap) / stride;
    const row = rule === "window" ? forward : backward;
    if (Number.isInteger(row) && isInside(row))
      add(take(0, coordinates.with(ROWS, row)) * take(1, coordinates.with(TAP, tap)));
  }
  return sum;
}

function valueAt(op: NumberedOp, at: At): number {
  if (op.window !== undefined && op.rule !== "update") return windowAt(op, at);
  const { take, coordinates, ranges, free, operands, port } = at;
  if (op.rule === "sum")
    return Array.from({ length: operands }, (_, i) => take(i, coordinates)).reduce((a, b) => a + b, 0);
  if (op.rule === "square") return take(0, coordinates) ** 2;
  if (op.rule === "update") return take(1, coordinates) - take(0, coordinates);
  if (op.rule === "row") {
    const last = coordinates.length - 1;
    let sum = 0;
    for (let i = ranges[last].from; i < ranges[last].to; i++) sum += take(0, coordinates.with(last, i));
    return take(0, coordinates) * modulo(sum);
  }
  const sumOver = (d: number, at: number[]): number => {
    if (d === free.length)
      return op.operands[port].reduce((total, operand) => modulo(total * take(operand, at)), 1);
    if (!free[d]) return sumOver(d + 1, at);
    let sum = 0;
    for (let i = ranges[d].from; i < ranges[d].to; i++) sum += sumOver(d + 1, at.with(d, i));
    return modulo(sum);
  };
  return sumOver(0, coordinates);
}

const flatIndex = ({ shape, along }: TensorAxes, coordinates: readonly number[]): number =>
  along.reduce((index, dimension, t) => index * shape[t] + coordinates[dimension], 0);

export const coordinatesOfIndex =
  ({ shape, along }: TensorAxes, dimensions: number) =>
  (index: number): number[] => {
    const at = new Array<number>(dimensions).fill(0);
    let rest = index;
    for (let t = shape.length - 1; t >= 0; t--) {
      at[along[t]] = rest % shape[t];
      rest = Math.floor(rest / shape[t]);
    }
    return at;
  };

export const modulo = (number: number): number => ((number % PRIME) + PRIME) % PRIME;
/** Numbers that depend on the name alone. */
export function numbersOf(name: string, shape: readonly number[]): number[] {
  let state = [...name].reduce((sum, letter) => modulo(sum * 31 + letter.charCodeAt(0)), 7);
  return Array.from({ length: shape.reduce((count, length) => count * length, 1) }, () => {
    state = modulo(state * 67 + 13);
    return state % 9;
  });
}
