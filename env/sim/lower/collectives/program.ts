/**
 * A reduction program (env/model/layout/reductions) as tasks: its steps one after the other, each
 * by the algorithm of its collective. All groups of a step send at once, and a member goes on as
 * soon as its own group is done.
 *
 * Chunks are equal parts of the bytes. Collectives go round a ring, or along a chain where one
 * member sends or gets all. Sums and copies go along binomial trees where `isTree`.
 */
import { heldAfter, heldAtFirst } from "../../../model/layout/reductions/held-chunks.ts";
import { groupsOf, memberCount, type ReductionCollective } from "../../../model/layout/reductions/steps.ts";
import type { PlanReduction } from "../../../model/plan/sharding.ts";
import { chainBroadcast, chainReduce } from "./chain.ts";
import { ringAllGather, ringAllReduce, ringReduceScatter } from "./ring.ts";
import { among, type Steps } from "./steps.ts";
import { broadcast, reduce } from "./tree.ts";

/**
 * Members are in the order of the program's digits; returns the last task of each. Pre: a legal
 * program for as many members.
 */
export function programAllReduce(
  steps: Steps,
  { levels, steps: program }: Pick<PlanReduction, "levels" | "steps">,
  isTree: boolean,
): readonly number[] {
  const chunks = memberCount(levels);
  let held = heldAtFirst(levels);
  const last = [...steps.last];
  for (const step of program) {
    for (const group of groupsOf(levels, step)) {
      const shares = group.map((member) => held[member] / chunks);
      const done = collectives[step.collective](among(steps, group, last), shares, isTree);
      group.forEach((member, i) => {
        last[member] = done[i];
      });
    }
    held = heldAfter(levels, held, step);
  }
  return last;
}

/** `shares`: of the bytes, what each member holds before. */
type Collective = (steps: Steps, shares: readonly number[], isTree: boolean) => readonly number[];

const divided = (steps: Steps, shares: readonly number[]): Steps => ({
  ...steps,
  chunks: shares.map((share) => share / shares.length),
});

const collectives: Readonly<Record<ReductionCollective, Collective>> = {
  "all-reduce": (steps, shares, isTree) =>
    isTree
      ? broadcast(steps, reduce(steps, [...steps.last], shares[0]), shares[0])
      : ringAllReduce(divided(steps, shares)),
  "reduce-scatter": (steps, shares) => ringReduceScatter(divided(steps, shares)),
  "all-gather": (steps, shares) => ringAllGather({ ...steps, chunks: shares }),
  reduce: (steps, [share], isTree) =>
    isTree ? reduce(steps, [...steps.last], share) : chainReduce(steps, share),
  broadcast: (steps, [share], isTree) =>
    isTree ? broadcast(steps, [...steps.last], share) : chainBroadcast(steps, share),
};
