/** Ops that take over the split of their forward twin, and rules that a split must obey in both. */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { OpIteration } from "../../../env/model/graph/iteration.ts";
import { type OpSplit, splitByName } from "../../../env/model/layout/natural.ts";
import { iterationOf } from "../../../env/model/plan/sharding.ts";

/**
 * Whether a rule holds for a split of an op, and for that of each follower. False for an op without
 * dimensions; a follower without them runs whole.
 */
export function holdsWithFollowers(
  graph: Pick<OpGraph, "iterations">,
  v: number,
  followers: readonly number[],
  split: OpSplit,
  rule: (iteration: OpIteration, split: OpSplit) => boolean,
): boolean {
  const iteration = iterationOf(graph, v);
  if (iteration === null || !rule(iteration, split)) return false;
  return followers.every((follower) => {
    const own = iterationOf(graph, follower);
    return own === null || rule(own, splitByName(iteration, split, own));
  });
}
