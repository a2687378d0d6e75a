/**
 * Chain contraction. A group and its only consumer become one where that consumer reads from
 * nothing else. So every maximal chain of the forward graph ends as one group. No parallel work is
 * lost.
 */
import type { OpGraph } from "../graph/graph.ts";
import type { Grouping } from "./grouping.ts";
import { createQuotient, type Quotient } from "./quotient.ts";

export function contractChains(graph: OpGraph, grouping: Grouping): Grouping {
  const quotient = createQuotient(graph, grouping);
  for (const group of quotient.alive()) {
    const next = chainNext(quotient, group);
    if (next !== null && quotient.sameSupport(group, next)) quotient.merge(group, next);
  }
  return quotient.grouping();
}

/** The group that alone follows `group` and follows nothing else, or null. */
export function chainNext(quotient: Quotient, group: number): number | null {
  const consumers = quotient.consumers(group);
  if (consumers.size !== 1) return null;
  const [next] = consumers;
  return quotient.producers(next).size === 1 ? next : null;
}
