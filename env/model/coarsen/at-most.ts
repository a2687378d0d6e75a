/**
 * Coarsens a grouping to at most a given number of groups, by merging two groups at a time. The two
 * groups of least combined work merge among those pairs that
 *
 * - are joined by a forward edge,
 * - are supported by the same device kinds, and
 * - are not also joined by a longer path, which would make the groups' graph cyclic.
 *
 * Where no such pair is left, the two smallest groups of equal support merge.
 */
import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph/graph.ts";
import type { Grouping } from "./grouping.ts";
import { createPairHeap } from "./multilevel/pair-heap.ts";
import { createQuotient, type Quotient } from "./quotient.ts";
import { createSmallestPairs, type SmallestPairs } from "./smallest-pairs.ts";

export function atMost(graph: OpGraph, grouping: Grouping, groupLimit: number): Grouping {
  if (!Number.isInteger(groupLimit) || groupLimit < 1)
    throw new InputError(`The number of groups is ${groupLimit}, expected a whole number of at least 1.`);
  if (grouping.groupCount <= groupLimit) return grouping;
  const quotient = createQuotient(graph, grouping);
  const joined = joinedPairs(quotient);
  let smallest: SmallestPairs | null = null;
  for (let count = grouping.groupCount; count > groupLimit; count--) {
    let pair = joined.takeSmallest();
    if (pair === null) {
      smallest ??= createSmallestPairs(quotient);
      pair = smallest.find();
    }
    if (pair === null)
      throw new InputError(
        `The graph cannot be grouped into ${groupLimit} groups: ${count} are needed, one for each set of device kinds.`,
      );
    const [from, into] = pair;
    quotient.merge(from, into);
    joined.changed(from, into);
    smallest?.changed(from, into);
  }
  return quotient.grouping();
}

/**
 * Pairs joined by an edge, by work. A detour between two groups disappears only with a merge of one
 * of the two, since any other merge leaves a group in between. So a pair with a detour is dropped
 * until one of its groups changes.
 */
function joinedPairs(quotient: Quotient) {
  const { work } = quotient;
  const changes = new Map<number, number>();
  const changesOf = (group: number): number => changes.get(group) ?? 0;
  const heap = createPairHeap();
  const push = (from: number, into: number): void => {
    if (quotient.sameSupport(from, into))
      heap.push({ from, into, work: work[from] + work[into], stamp: changesOf(from) + changesOf(into) });
  };
  for (const from of quotient.alive()) for (const into of quotient.consumers(from)) push(from, into);
  return {
    takeSmallest(): readonly [number, number] | null {
      for (let pair = heap.pop(); pair !== undefined; pair = heap.pop()) {
        const { from, into, stamp } = pair;
        if (stamp !== changesOf(from) + changesOf(into) || !quotient.consumers(from).has(into)) continue;
        if (!hasDetour(quotient, from, into)) return [from, into];
      }
      return null;
    },
    changed(gone: number, grown: number): void {
      changes.set(gone, changesOf(gone) + 1);
      changes.set(grown, changesOf(grown) + 1);
      for (const into of quotient.consumers(grown)) push(grown, into);
      for (const from of quotient.producers(grown)) push(from, grown);
    },
  };
}

/** Is there another path than the direct edge? */
function hasDetour(quotient: Quotient, from: number, into: number): boolean {
  for (const next of quotient.consumers(from)) {
    if (next !== into && quotient.reaches(next, into)) return true;
  }
  return false;
}
