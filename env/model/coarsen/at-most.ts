/**
 * Coarsens a grouping to at most a given number of groups: again and again merges the two groups of least combined work
 * among those that are joined by a forward edge, supported by the same device kinds, and not also joined by a longer path
 * (which would make the groups' graph cyclic). Where no such pair is left, merges the two smallest groups of equal support.
 */
import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph.ts";
import type { Grouping } from "../grouping.ts";
import { createQuotient, type Quotient } from "./quotient.ts";

export function atMost(graph: OpGraph, grouping: Grouping, groupLimit: number): Grouping {
  if (!Number.isInteger(groupLimit) || groupLimit < 1)
    throw new InputError(`The number of groups is ${groupLimit}, expected a whole number of at least 1.`);
  if (grouping.groupCount <= groupLimit) return grouping;
  const quotient = createQuotient(graph, grouping);
  for (let count = grouping.groupCount; count > groupLimit; count--) {
    const pair = smallestJoinedPair(quotient) ?? smallestPair(quotient);
    if (pair === null)
      throw new InputError(
        `The graph cannot be grouped into ${groupLimit} groups: ${count} are needed, one for each set of device kinds.`,
      );
    quotient.merge(pair[0], pair[1]);
  }
  return quotient.grouping();
}

function smallestJoinedPair(quotient: Quotient): readonly [number, number] | null {
  const pairs: { from: number; into: number; work: number }[] = [];
  for (const from of quotient.alive())
    for (const into of quotient.consumers(from))
      if (quotient.sameSupport(from, into))
        pairs.push({ from, into, work: quotient.work[from] + quotient.work[into] });
  pairs.sort((a, b) => a.work - b.work || a.from - b.from || a.into - b.into);
  const chosen = pairs.find(({ from, into }) => !hasDetour(quotient, from, into));
  return chosen === undefined ? null : [chosen.from, chosen.into];
}

/** Is there a path besides the direct edge? */
function hasDetour(quotient: Quotient, from: number, into: number): boolean {
  for (const next of quotient.consumers(from)) {
    if (next !== into && quotient.reaches(next, into)) return true;
  }
  return false;
}

function smallestPair(quotient: Quotient): readonly [number, number] | null {
  const bySize = [...quotient.alive()].sort((a, b) => quotient.work[a] - quotient.work[b] || a - b);
  for (const [i, from] of bySize.entries()) {
    const into = bySize.slice(i + 1).find((other) => quotient.sameSupport(from, other));
    if (into !== undefined) return [from, into];
  }
  return null;
}
