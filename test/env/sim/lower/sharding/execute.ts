/**
 * The slow twin of sharded programs: executes one on whole numbers, rank by rank. A rank sees what
 * it holds and what a step's group holds, nothing else.
 */

import { Role } from "../../../../../env/model/graph/graph.ts";
import type { OpIteration, TensorAxes } from "../../../../../env/model/graph/iteration.ts";
import { localElements, rangeOf, replicated } from "../../../../../env/model/layout/layout.ts";
import {
  coordinatesOf,
  groupsAlong,
  type MeshSizes,
  placeAlong,
  rankCount,
} from "../../../../../env/model/layout/mesh.ts";
import { type OpSplit, panelAxes, unsplit } from "../../../../../env/model/layout/natural.ts";
import {
  type PlanReduction,
  reductionOver,
  type ShardingPlan,
} from "../../../../../env/model/plan/sharding.ts";
import {
  type OwnedRun,
  type Run,
  type ShardedProgram,
  WEIGHTS,
} from "../../../../../env/sim/lower/sharding/instructions.ts";
import { executed } from "../../../model/layout/reductions/executed.ts";
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

/** Sums over the axes of a reduction of the plan run its program. */
export function execute(
  { graph, ops }: NumberedGraph,
  program: ShardedProgram,
  plan: Pick<ShardingPlan, "reductions"> = {},
): Results {
  const { sizes, values, instructions, weights } = program;
  const shards: Shards[] = [];
  const results = new Map<string, readonly number[]>();
  /** What is whole on one rank, and the weights of owned ops by name. */
  const wholes = new Map<number, readonly number[]>();
  const weightsOf = new Map<string, readonly number[]>();
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
      const { kind, group } = instruction.step;
      const reduction = kind === "all-reduce" ? reductionOver(plan, group) : undefined;
      const before = shards[instruction.from];
      const moved =
        reduction === undefined
          ? stepped(before, instruction.step, shape, sizes)
          : reduced(before, groupsAlong(sizes, reduction.axes), reduction);
      shards[instruction.to] = moved.map(inField);
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
    } else if (instruction.kind === "owned") {
      for (const [name, numbers] of owned({ graph, ops }, program, instruction, {
        shards,
        wholes,
        weightsOf,
      }))
        results.set(name, numbers);
    } else if (instruction.kind === "feed") scatterValue(instruction.to, wholes.get(instruction.from)!);
    else throw new Error(`These programs have no ${instruction.kind}.`);
  }
  for (const [name, numbers] of weightsOf) results.set(`stored ${name}`, numbers);
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

interface Owned {
  readonly shards: readonly Shards[];
  readonly wholes: Map<number, readonly number[]>;
  readonly weightsOf: Map<string, readonly number[]>;
}

/** Runs an op on its owner as on a mesh of one rank; answers outputs and new weights by name. */
function owned(
  { graph, ops }: NumberedGraph,
  program: ShardedProgram,
  { op, inputs, outputs }: OwnedRun,
  { shards, wholes, weightsOf }: Owned,
): readonly (readonly [string, readonly number[]])[] {
  const iteration = graph.iterations![op]!;
  const leader = graph.role[op] === Role.forward ? op : graph.twin[op];
  const weights = iteration.parameters.map(({ shape }, parameter) => {
    const value = { op: leader, output: WEIGHTS, parameter, shape, layout: replicated(shape), bytes: 0 };
    const name = `${graph.names[leader]}:${WEIGHTS}:${parameter}`;
    if (!weightsOf.has(name)) weightsOf.set(name, numbersOf(name, shape).map(modulo));
    return { value, name };
  });
  const values = [...program.values, ...weights.map(({ value }) => value)];
  const one: Shards[] = [];
  for (const value of inputs) {
    const { shape, layout } = program.values[value];
    const whole = wholes.get(value) ?? gathered(shards[value], shape, layout, program.sizes);
    one[value] = [new Map(whole.entries())];
  }
  const parameters = weights.map((_, i) => program.values.length + i);
  parameters.forEach((value, i) => {
    one[value] = [new Map(weightsOf.get(weights[i].name)!.entries())];
  });
  const isUpdate = ops[op].rule === "update";
  const renewed = isUpdate ? parameters : [];
  const instruction: Run = {
    kind: "run",
    op,
    split: unsplit(iteration),
    share: 1,
    inputs,
    parameters,
    outputs,
    renewed,
  };
  const made = (value: number): readonly number[] => {
    const of = { op: ops[op], iteration, instruction, sizes: [1], rank: 0 };
    const shard = run(of, value, { ...program, sizes: [1], values }, one);
    return Array.from({ length: shard.size }, (_, index) => modulo(shard.get(index)!));
  };
  for (const value of outputs) wholes.set(value, made(value));
  renewed.forEach((value, i) => void weightsOf.set(weights[i].name, made(value)));
  return [
    ...outputs.map(
      (value) => [`${graph.names[op]}:${program.values[value].output}:0`, wholes.get(value)!] as const,
    ),
    ...renewed.map((_, i) => [weights[i].name, weightsOf.get(weights[i].name)!] as const),
  ];
}

/** The sums that a program leaves; all ranks of a group hold the same elements. */
function reduced(
  shards: Shards,
  groups: readonly (readonly number[])[],
  { levels, steps }: Pick<PlanReduction, "levels" | "steps">,
): Shards {
  const made: Shard[] = [];
  for (const group of groups) {
    const indices = [...shards[group[0]].keys()];
    const numbers = group.map((rank) => indices.map((index) => shards[rank].get(index)!));
    executed(levels, steps, numbers).forEach((sums, member) => {
      made[group[member]] = new Map(indices.map((index, i) => [index, sums[i]!]));
    });
  }
  return made;
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
  const ranges = iteration.dimensions.map(({ size }, d) => {
    const axes = (instruction.split as OpSplit)[d];
    const at = coordinatesOf(sizes, rank);
    return instruction.ranges?.[d]?.[placeAlong(axes, sizes, at)] ?? rangeOf(size, axes, sizes, at);
  });
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
const inField = (shard: Shard): Shard =>
  new Map([...shard].map(([index, number]) => [index, modulo(number)]));

/** Numbers that depend on the name alone. */
export function numbersOf(name: string, shape: readonly number[]): number[] {
  let state = [...name].reduce((sum, letter) => modulo(sum * 31 + letter.charCodeAt(0)), 7);
  return Array.from({ length: shape.reduce((count, length) => count * length, 1) }, () => {
    state = modulo(state * 67 + 13);
    return state % 9;
  });
}
