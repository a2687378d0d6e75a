/**
 * The single-consumer rule of ColocRL (Mirhoseini et al., "Device Placement Optimization with
 * Reinforcement Learning", ICML 2017): where one other group uses all outputs of a group, merge it
 * into that group. Repeat until nothing changes.
 *
 * To the end on forward ops, the rule folds a whole network into its loss. Each block has a single
 * consumer, and once it is merged so has the block before. Work that could run in parallel is then
 * lost. ColocRL stopped the rule with groups drawn by hand. Here admissions stop it, and a merge
 * must pass every given one.
 */
import type { OpGraph } from "../graph/graph.ts";
import type { Grouping } from "./grouping.ts";
import { createQuotient, type Quotient } from "./quotient.ts";

/** May group `from` be merged into its only consumer? */
export type Admission = (quotient: Quotient, from: number, into: number) => boolean;

/**
 * Refuses where the consumer also waits for work that could run at the same time: another producer
 * with work that does not come before `from`.
 */
export const keepsParallelWork: Admission = (quotient, from, into) => {
  for (const other of quotient.producers(into)) {
    if (other === from || quotient.forwardWork[other] === 0) continue;
    if (!quotient.reaches(other, from)) return false;
  }
  return true;
};

/**
 * Refuses groups that would hold more than a share of all work, so that long chains stay divisible.
 */
export const holdsAtMost =
  (share: number): Admission =>
  (quotient, from, into) =>
    quotient.work[from] + quotient.work[into] <= share * quotient.totalWork;

export function mergeSingleConsumers(
  graph: OpGraph,
  grouping: Grouping,
  admissions: readonly Admission[] = [],
): Grouping {
  const quotient = createQuotient(graph, grouping);
  let changed = true;
  while (changed) {
    changed = false;
    for (const group of quotient.alive()) {
      const consumers = quotient.consumers(group);
      if (consumers.size !== 1) continue;
      const [consumer] = consumers;
      if (!quotient.sameSupport(group, consumer)) continue;
      if (!admissions.every((admits) => admits(quotient, group, consumer))) continue;
      quotient.merge(group, consumer);
      changed = true;
    }
  }
  return quotient.grouping();
}
