/**
 * Series-parallel contraction. It undoes the two steps by which series-parallel graphs grow
 * (Valdes, Tarjan, Lawler, "The recognition of series parallel digraphs", SIAM Journal on Computing
 * 1982). It works on groups, and the ends of the graph count as two further groups.
 *
 * - Series: a group and its only consumer, where that consumer reads from nothing else.
 * - Parallel: two groups with the same only producer and the same only consumer. A direct edge
 *   between those two counts as a branch without work, so a lone group next to a shortcut joins its
 *   consumer.
 *
 * Each round contracts disjoint pairs, those of least combined work first, until the limit is met
 * or nothing is left to contract. A series-parallel network (Inception-V3, ResNet) contracts to one
 * group. What is left of another network cannot be contracted by series and parallel steps.
 */
import type { OpGraph } from "../graph/graph.ts";
import { chainNext } from "./chain.ts";
import type { Grouping } from "./grouping.ts";
import { createQuotient, type Quotient } from "./quotient.ts";

interface Pair {
  readonly from: number;
  readonly into: number;
  readonly work: number;
}

export function contractSeriesParallel(graph: OpGraph, grouping: Grouping, groupLimit = 1): Grouping {
  const quotient = createQuotient(graph, grouping);
  for (let count = grouping.groupCount; count > groupLimit; ) {
    const contracted = contractRound(quotient, count - groupLimit);
    if (contracted === 0) break;
    count -= contracted;
  }
  return quotient.grouping();
}

/** Contracts disjoint pairs, at most `most` of them; returns their number. */
function contractRound(quotient: Quotient, most: number): number {
  const pairs = [...seriesPairs(quotient), ...parallelPairs(quotient)].filter(({ from, into }) =>
    quotient.sameSupport(from, into),
  );
  pairs.sort((a, b) => a.work - b.work || a.from - b.from || a.into - b.into);
  const used = new Set<number>();
  let contracted = 0;
  for (const { from, into } of pairs) {
    if (contracted === most) break;
    if (used.has(from) || used.has(into)) continue;
    used.add(from).add(into);
    quotient.merge(from, into);
    contracted++;
  }
  return contracted;
}

function seriesPairs(quotient: Quotient): Pair[] {
  return quotient.alive().flatMap((from) => {
    const into = chainNext(quotient, from);
    return into === null ? [] : [pairOf(quotient, from, into)];
  });
}

function parallelPairs(quotient: Quotient): Pair[] {
  const pairs: Pair[] = [];
  const branches = new Map<string, number[]>();
  for (const group of quotient.alive()) {
    const producers = quotient.producers(group);
    const consumers = quotient.consumers(group);
    if (producers.size > 1 || consumers.size > 1 || producers.size + consumers.size === 0) continue;
    const [producer = -1] = producers;
    const [consumer = -1] = consumers;
    if (producer !== -1 && consumer !== -1 && quotient.consumers(producer).has(consumer))
      pairs.push(pairOf(quotient, group, consumer));
    const ends = `${producer}>${consumer}`;
    const parallel = branches.get(ends);
    if (parallel === undefined) branches.set(ends, [group]);
    else parallel.push(group);
  }
  for (const parallel of branches.values()) {
    parallel.sort((a, b) => quotient.work[a] - quotient.work[b] || a - b);
    for (let i = 0; i + 1 < parallel.length; i += 2)
      pairs.push(pairOf(quotient, parallel[i], parallel[i + 1]));
  }
  return pairs;
}

const pairOf = ({ work }: Quotient, from: number, into: number): Pair => ({
  from,
  into,
  work: work[from] + work[into],
});
