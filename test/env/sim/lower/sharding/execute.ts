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
  type Instruction,
  type Move,
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
import { type Computing, elementsOf, modulo, numbersOf } from "./element-values.ts";
import type { NumberedGraph, NumberedOp } from "./numbered-graph.ts";

/** All outputs and new weights of a program, whole, by name. */
export type Results = ReadonlyMap<string, readonly number[]>;

/** Sums over the axes of a reduction of the plan run its program. */
export function execute(
  numbered: NumberedGraph,
  program: ShardedProgram,
  plan: Pick<ShardingPlan, "reductions"> = {},
): Results {
  const executor = createExecutor(numbered, program, plan);
  for (const instruction of program.instructions) executor.run(instruction);
  return executor.results();
}

export interface Executor {
  run(instruction: Instruction): void;
  /** A value that comes from elsewhere, whole. */
  give(value: number, whole: readonly number[]): void;
  /** Ranks no longer have a value. */
  drop(value: number): void;
  /** What ops have made so far, and the weights as they are stored. */
  results(): Results;
}

/** Executes instructions one by one, with weights where they are stored. */
export function createExecutor(
  { graph, ops }: NumberedGraph,
  program: ShardedProgram,
  plan: Pick<ShardingPlan, "reductions"> = {},
): Executor {
  const { sizes, values, weights } = program;
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
  for (const { value, copy = value } of weights)
    for (const each of [value, copy]) scatterValue(each, numbersOf(nameOf(each), values[each].shape));

  function move({ step, from, to }: Move): void {
    const { kind, group } = step;
    const reduction = kind === "all-reduce" ? reductionOver(plan, group) : undefined;
    const moved =
      reduction === undefined
        ? stepped(shards[from], step, values[from].shape, sizes)
        : reduced(shards[from], groupsAlong(sizes, reduction.axes), reduction);
    shards[to] = moved.map(inField);
  }

  function runOp(instruction: Run): void {
    const { rule } = ops[instruction.op];
    const iteration = graph.iterations![instruction.op]!;
    const one = { op: ops[instruction.op], iteration, instruction, sizes };
    for (const value of [...instruction.outputs, ...instruction.renewed]) {
      if (rule === "input") scatterValue(value, numbersOf(nameOf(value), values[value].shape));
      else if (instruction.panels !== undefined)
        shards[value] = passed({ ...one, rank: 0 }, value, program, shards);
      else
        shards[value] = Array.from({ length: rankCount(sizes) }, (_, rank) =>
          run({ ...one, rank }, value, program, shards),
        );
      tell(nameOf(value), value);
    }
  }

  return {
    give: (value, whole) => void wholes.set(value, whole),
    drop: (value) => void delete shards[value],
    run(instruction) {
      if (instruction.kind === "move") move(instruction);
      else if (instruction.kind === "run") runOp(instruction);
      else if (instruction.kind === "store" || instruction.kind === "fetch")
        shards[instruction.to] = shards[instruction.from];
      else if (instruction.kind === "feed") scatterValue(instruction.to, wholes.get(instruction.from)!);
      else if (instruction.kind === "owned")
        for (const [name, numbers] of owned({ graph, ops }, program, instruction, {
          shards,
          wholes,
          weightsOf,
        }))
          results.set(name, numbers);
      else throw new Error(`These programs have no ${instruction.kind}.`);
    },
    results() {
      for (const [name, numbers] of weightsOf) results.set(`stored ${name}`, numbers);
      for (const { value } of weights) tell(`stored ${nameOf(value)}`, lastStored(program, shards, value));
      return results;
    },
  };
}

/** The value of a weight that is stored last. */
function lastStored({ values }: ShardedProgram, shards: readonly Shards[], value: number): number {
  const { op, parameter, output, layout } = values[value];
  const last = values.findLastIndex(
    (other, at) =>
      at > value &&
      other.op === op &&
      other.parameter === parameter &&
      other.output === output &&
      JSON.stringify(other.layout) === JSON.stringify(layout) &&
      shards[at] !== undefined,
  );
  return last === -1 ? value : last;
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

const computed = (one: OneRun, value: number, computing: Computing): Map<number, number> =>
  elementsOf(
    { ...one, output: tensorOf(one, value), port: one.instruction.outputs.indexOf(value) },
    computing,
  );

const inField = (shard: Shard): Shard =>
  new Map([...shard].map(([index, number]) => [index, modulo(number)]));
