/**
 * Which algorithm runs a step of a sharded program. A plan's word chooses that of sums. Scatters
 * and gathers are halved and doubled under `halving-doubling`, and go round the ring else.
 */
import { levelsOf } from "../../../model/cluster/levels.ts";
import type { StepKind } from "../../../model/layout/steps.ts";
import type { ShardingCollective } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { double, halve, halvingDoublingAllReduce, isPowerOfTwo } from "./halving-doubling.ts";
import { hierarchicalAllReduce } from "./hierarchical.ts";
import { allToAll } from "./pairwise.ts";
import { railsAllReduce } from "./rails.ts";
import { ringAllGather, ringAllReduce, ringReduceScatter } from "./ring.ts";
import type { Steps } from "./steps.ts";
import { treeAllReduce } from "./tree.ts";

export type GroupSteps = Steps & { readonly devices: readonly number[] };

/** Returns the last task of each member. Pre: at least two members, no slice and no permutation. */
export function groupCollective(
  kind: StepKind,
  algorithm: ShardingCollective,
  steps: GroupSteps,
  { cluster }: Pick<Scenario, "cluster">,
): readonly number[] {
  const halves = algorithm === "halving-doubling" && isPowerOfTwo(steps.last.length);
  if (kind === "all-gather") return halves ? double(steps) : ringAllGather(steps);
  if (kind === "reduce-scatter") return halves ? halve(steps) : ringReduceScatter(steps);
  if (kind === "all-to-all") return allToAll(steps);
  if (algorithm === "tree") return treeAllReduce(steps);
  if (algorithm === "halving-doubling") return halvingDoublingAllReduce(steps);
  if (algorithm === "hierarchical") return hierarchicalAllReduce(steps, levelsOf(cluster)[0]);
  if (algorithm === "rails") return railsAllReduce(steps, levelsOf(cluster)[0]);
  return ringAllReduce(steps);
}
