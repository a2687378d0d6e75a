/**
 * The slow twin of sharded programs: executes one on whole numbers, rank by rank. A rank sees what
 * it holds and what a step's group holds, nothing else.
 */

import type { OpIteration, TensorAxes } from "../../../../../env/model/graph/iteration.ts";
import { localElements, rangeOf } from "../../../../../env/model/layout/layout.ts";
import { coordinatesOf, type MeshSizes, rankCount } from "../../../../../env/model/layout/mesh.ts";
import { type OpSplit, panelAxes } from "../../../../../env/model/layout/natural.ts";
import type { Run, ShardedProgram } from "../../../../../env/sim/lower/sharding/instructions.ts";
import {
  gathered,
  indicesOf,
  type Shard,
  type Shards,
  scatter,
  stepped,
} from "../../../model/layout/shards.ts";
import { type NumberedGraph, type NumberedOp, PRIME } from "./numbered-graph.ts";

/** All outputs and new weights of a program, whole, by name. */
export type Results = ReadonlyMap<string, readonly number[]>;

export function execute({ graph, ops }: NumberedGraph, program: ShardedProgram): Results {
  const { sizes, values, instructions, weights } = program;
  const shards: Shards[] = [];
  const results = new Map<string, readonly number[]>();
  const nameOf = (value: number): string =>
    `${graph.names[values[value].op]}:${values[value].output}:${values[value].parameter}`;
  const scatterValue = (value: number, whole: readonly number[]): void => {
    shards[value] = scatter(whole, values[value].shape, values[value].layout, sizes);
  };
  const tell = (name: string, value: number): void => {
    const { shape, layout } = values[value];
    results.set(name, gathered(shards[value], shape, layout, sizes).map(modulo));
  };
  for (const { value } of weights) scatterValue(value, numbersOf(nameOf(value), values[value].shape));

  for (const instruction of instructions) {
    if (instruction.kind === "move") {
      const { shape } = values[instruction.from];
      const moved = stepped(shards[instruction.from], instruction.step, shape, sizes);
      shards[instruction.to] = moved.map(reduced);
    } else if (instruction.kind === "run") {
      const rule = ops[instruction.op].rule;
      const iteration = graph.iterations![instruction.op]!;
      for (const value of [...instruction.outputs, ...instruction.renewed]) {
        const one = { op: ops[instruction.op], iteration, instruction, sizes };
        if (rule === "input") scatterValue(value, numbersOf(nameOf(value), values[value].shape));
        else if (instruction.panels !== undefined)
          shards[value] = passed({ ...one, rank: 0 }, value, program, shards);
        else
          shards[value] = Array.from({ length: rankCount(sizes) }, (_, rank) =>
            run({ ...one, rank }, value, program, shards),
          );
        tell(nameOf(value), value);
      }
    } else throw new Error(`These programs have no ${instruction.kind}.`);
  }
  for (const { value } of weights) {
    const { op, parameter, shape, layout } = values[value];
    const last = values.findLastIndex(
      (other, at) =>
        at > value &&
        other.op === op &&
        other.parameter === parameter &&
        other.output === values[value].output &&
        JSON.stringify(other.layout) === JSON.stringify(layout) &&
        shards[at] !== undefined,
    );
    results.set(
      `stored ${nameOf(value)}`,
      gathered(shards[last === -1 ? value : last], shape, layout, sizes).map(modulo),
    );
  }
  return results;
}

interface OneRun {
  readonly op: NumberedOp;
  readonly iteration: OpIteration;
  readonly instruction: Run;
  readonly sizes: MeshSizes;
  readonly rank: number;
}

/** The tensor of an op that a value is. */
function tensorOf({ iteration, instruction }: OneRun, value: number): TensorAxes {
  const at = instruction.outputs.indexOf(value);
  return at === -1 ? iteration.parameters[instruction.renewed.indexOf(value)] : iteration.outputs[at];
}

/** What one rank makes of a value. Throws where it lacks an element that it needs. */
function run(one: OneRun, value: number, program: ShardedProgram, shards: readonly Shards[]): Shard {
  const { instruction, iteration, sizes, rank } = one;
  const { layout } = program.values[value];
  const { shape } = tensorOf(one, value);
  const held = [...instruction.inputs, ...instruction.parameters].map((number) => shards[number][rank]);
  const ranges = iteration.dimensions.map(({ size }, d) =>
    rangeOf(size, (instruction.split as OpSplit)[d], sizes, coordinatesOf(sizes, rank)),
  );
  const made = computed(one, value, { held, ranges, indices: indicesOf(shape, layout, sizes, rank) });
  if (made.size > localElements(shape, layout, sizes)) throw new Error("A rank holds more than its part.");
  return made;
}

/**
 * What all ranks make of a value panel by panel. In each round a rank sees its own part of what has
 * no panels. Of the rest it sees the round's panel, on a rank that differs from it along one axis.
 */
function passed(one: OneRun, value: number, program: ShardedProgram, shards: readonly Shards[]): Shards {
  const { instruction, iteration, sizes } = one;
  const split = instruction.split as OpSplit;
  const panels = instruction.panels!;
  const output = tensorOf(one, value);
  const tensors = [...iteration.inputs, ...iteration.parameters];
  const operands = [...instruction.inputs, ...instruction.parameters];
  const made = Array.from({ length: rankCount(sizes) }, () => new Map<number, number>());
  const onRound = (rank: number, tensor: TensorAxes, round: number): number => {
    const [axis] = panelAxes(tensor, split, panels);
    if (axis === undefined) return rank;
    const at = coordinatesOf(sizes, rank).with(axis, round);
    return at.reduce((number, coordinate, each) => number * sizes[each] + coordinate, 0);
  };
  const count = sizes[panels.axes[0]];
  for (let round = 0; round < count; round++)
    for (const rank of made.keys()) {
      const ranges = iteration.dimensions.map(({ size }, d) =>
        d === panels.dimension
          ? { from: (round * size) / count, to: ((round + 1) * size) / count }
          : rangeOf(size, split[d], sizes, coordinatesOf(sizes, rank)),
      );
      const held = operands.map((number, i) => shards[number][onRound(rank, tensors[i], round)]);
      const owner = onRound(rank, output, round);
      const indices = indicesOf(output.shape, program.values[value].layout, sizes, owner);
      for (const [index, number] of computed({ ...one, rank }, value, { held, ranges, indices }))
        made[owner].set(index, modulo((made[owner].get(index) ?? 0) + number));
    }
  return made;
}

interface Computing {
  readonly held: readonly Shard[];
  readonly ranges: At["ranges"];
  readonly indices: Iterable<number>;
}

const computed = (one: OneRun, value: number, computing: Computing): Map<number, number> =>
  elementsOf(
    { ...one, output: tensorOf(one, value), port: one.instruction.outputs.indexOf(value) },
    computing,
  );

/** Elements of an output of an op, from operands that are held. Throws where one is missing. */
export function elementsOf(
  {
    op,
    iteration,
    rank,
    output,
    port,
  }: Pick<OneRun, "op" | "iteration" | "rank"> & { readonly output: TensorAxes; readonly port: number },
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
  const free = iteration.dimensions.map((_, d) => !output.along.includes(d));
  const start = coordinatesOfIndex(output, iteration.dimensions.length);
  const made = new Map<number, number>();
  for (const index of indices) {
    const coordinates = start(index);
    made.set(index, modulo(valueAt(op, { take, coordinates, ranges, free, operands: tensors.length, port })));
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
}

function valueAt(op: NumberedOp, { take, coordinates, ranges, free, operands, port }: At): number {
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
const reduced = (shard: Shard): Shard =>
  new Map([...shard].map(([index, number]) => [index, modulo(number)]));

/** Numbers that depend on the name alone. */
export function numbersOf(name: string, shape: readonly number[]): number[] {
  let state = [...name].reduce((sum, letter) => modulo(sum * 31 + letter.charCodeAt(0)), 7);
  return Array.from({ length: shape.reduce((count, length) => count * length, 1) }, () => {
    state = modulo(state * 67 + 13);
    return state % 9;
  });
}
