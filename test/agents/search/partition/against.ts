/**
 * Our partition compared with another program's: no part of ours may weigh more than the heaviest
 * of theirs.
 */
import {
  type Effort,
  multilevelPartition,
  type Partition,
} from "../../../../agents/search/partition/multilevel.ts";
import {
  partWeights,
  totalWeight,
  type WeightedGraph,
} from "../../../../agents/search/partition/weighted-graph.ts";
import { createRng } from "../../../../env/index.ts";
import type { OracleRun } from "./oracles.ts";

/** What the planners give graphs of this size. */
export const EFFORT: Effort = { tries: 32, cycles: 64 };

export interface Comparison {
  readonly oracle: OracleRun;
  /** Of the oracle's heaviest part over the mean. */
  readonly imbalance: number;
  readonly ours: Partition;
  /** Our cut over the oracle's; 1 where both are 0. */
  readonly ratio: number;
}

/** Against the run of least cut. */
export function compareWith(
  runs: readonly OracleRun[],
  graph: WeightedGraph,
  partCount: number,
  seed: string,
  effort = EFFORT,
): Comparison {
  const oracle = runs.reduce((best, run) => (run.cut < best.cut ? run : best));
  const heaviest = Math.max(...partWeights(graph, oracle.part, partCount));
  const ours = partitioned(graph, new Float64Array(partCount).fill(heaviest), seed, effort);
  return {
    oracle,
    imbalance: imbalanceOfRun(graph, oracle, partCount),
    ours,
    ratio: ratioOf(ours.cut, oracle.cut),
  };
}

export function imbalanceOfRun(graph: WeightedGraph, { part }: OracleRun, partCount: number): number {
  return (Math.max(...partWeights(graph, part, partCount)) * partCount) / totalWeight(graph) - 1;
}

export function partitioned(
  graph: WeightedGraph,
  limit: Float64Array,
  seed: string,
  effort = EFFORT,
): Partition {
  const search = multilevelPartition({ graph, arcs: null }, limit, effort, createRng(seed));
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}

export const ratioOf = (cut: number, other: number): number => (cut === other ? 1 : cut / other);
