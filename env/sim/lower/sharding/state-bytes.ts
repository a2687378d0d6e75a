/**
 * The training state that a rank holds under a sharding plan. Weights and optimizer state are there
 * at all times, gradients from their backward op to their update. Source: the program's layouts.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import { localShare, rankShare } from "../../../model/layout/layout.ts";
import type { ZeroStage } from "../../../model/plan/sharding.ts";
import type { Offload } from "../../../model/plan/sharding-fields/offload.ts";
import { madeFirst, rankBytes, type ShardedProgram } from "./instructions.ts";

export interface StateBytes {
  readonly weights: number;
  readonly gradients: number;
  readonly optimizer: number;
}

/**
 * Bytes of a rank; of parts of different lengths the longest. `optimizerSlots`: numbers of the
 * optimizer for each weight.
 */
export function stateBytes(
  graph: OpGraph,
  program: ShardedProgram,
  {
    optimizerSlots,
    zero,
    offload = {},
  }: { readonly optimizerSlots: number; readonly zero: ZeroStage; readonly offload?: Offload },
): StateBytes {
  const { values, weights, instructions, sizes } = program;
  const first = madeFirst(program);
  const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0);
  /** Before stage 2 a gradient stays as its backward op has made it. */
  const held = (value: number): number => (zero >= 2 ? value : first[value]);
  /** What hosts update leaves at once. */
  const gradients = instructions.map((instruction) =>
    instruction.kind === "run" && graph.role[instruction.op] === Role.update && !instruction.onHosts
      ? sum(instruction.inputs.map((input) => rankBytes(program, held(input))))
      : 0,
  );
  const optimizerOf = ({ value, optimizer }: ShardedProgram["weights"][number]): number =>
    values[value].bytes * localShare(values[value].shape, optimizer, sizes);
  return {
    weights: offload.weights ? 0 : sum(weights.map(({ value }) => rankBytes(program, value))),
    gradients: sum(gradients),
    optimizer: offload.optimizer ? 0 : optimizerSlots * sum(weights.map(optimizerOf)),
  };
}

/** Weights and optimizer state of each rank, alike on all unless parts have different lengths. */
export function residentOf(
  program: ShardedProgram,
  { optimizer: hostsUpdate = false, weights: isAway = false }: Offload = {},
  optimizerSlots: number,
): (rank: number) => number {
  const { weights, values, sizes } = program;
  const isUneven = weights.some(
    ({ value, optimizer }) => values[value].layout.ranges !== undefined || optimizer.ranges !== undefined,
  );
  const of = (rank: number): number =>
    weights.reduce((sum, { value, optimizer }) => {
      const { bytes, shape, layout } = values[value];
      const copies = isAway ? 0 : rankShare(shape, layout, sizes, rank);
      const slots = hostsUpdate ? 0 : optimizerSlots * rankShare(shape, optimizer, sizes, rank);
      return sum + bytes * (copies + slots);
    }, 0);
  if (isUneven) return of;
  const alike = of(0);
  return () => alike;
}

/** What a host has that updates weights for a rank: a copy of them, and the optimizer's state. */
export const hostBytes = (
  { weights, values, sizes }: ShardedProgram,
  optimizerSlots: number,
  rank: number,
): number =>
  weights.reduce((sum, { value, optimizer }) => {
    const { bytes, shape } = values[value];
    return sum + bytes * (1 + optimizerSlots) * rankShare(shape, optimizer, sizes, rank);
  }, 0);
