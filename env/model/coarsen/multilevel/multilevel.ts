/**
 * Multilevel clustering in the way of METIS (Karypis, Kumar, "A fast and high quality multilevel
 * scheme for partitioning irregular graphs", SIAM Journal on Scientific Computing 1998). On each
 * level, every group pairs with the free neighbour with which it shares most bytes (heavy-edge
 * matching). Groups of few neighbours choose first. This goes on until at most N groups are left.
 *
 * A pair may hold 1.5 times the mean work of the final groups. Where that limit ends a level before
 * a twentieth of its groups have merged, the limit doubles. Where no edge is left for pairs,
 * neighbours in group order pair. Groups of different device support never pair. Directions of
 * edges do not count, so the groups' graph may become cyclic.
 */
import { InputError } from "../../errors.ts";
import type { OpGraph } from "../../graph/graph.ts";
import { type Grouping, groupingOf } from "../grouping.ts";
import { supportOf } from "../quotient.ts";
import { opWork } from "../work.ts";
import { type Affinity, affinityOf } from "./affinity.ts";
import { heavyEdgeMates } from "./matching.ts";

const WORK_OVER_MEAN = 1.5;
const LEAST_PROGRESS = 1 / 20;

interface Level {
  readonly grouping: Grouping;
  readonly work: Float64Array;
  readonly support: readonly string[];
  readonly affinity: Affinity;
}

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly bytes: number;
}

export function multilevel(graph: OpGraph, start: Grouping, groupLimit: number): Grouping {
  const ofOp = opWork(graph);
  const totalWork = ofOp.reduce((sum, work) => sum + work, 0);
  let workLimit = (WORK_OVER_MEAN * totalWork) / groupLimit;
  let grouping = start;
  while (grouping.groupCount > groupLimit) {
    const level = levelOf(graph, grouping, ofOp);
    const { groupCount } = grouping;
    let pairs = heavyEdgePairs(level, workLimit);
    if (pairs.length === 0 && workLimit === Number.POSITIVE_INFINITY) pairs = pairsInOrder(level);
    if (pairs.length === 0 && workLimit === Number.POSITIVE_INFINITY)
      throw new InputError(
        `The graph cannot be grouped into ${groupLimit} groups: ${groupCount} are needed, one for each set of device kinds.`,
      );
    if (pairs.length < LEAST_PROGRESS * groupCount)
      workLimit = workLimit < totalWork ? 2 * workLimit : Number.POSITIVE_INFINITY;
    grouping = paired(graph, level, heaviest(pairs, groupCount - groupLimit));
  }
  return grouping;
}

function levelOf(graph: OpGraph, grouping: Grouping, ofOp: Float64Array): Level {
  const work = new Float64Array(grouping.groupCount);
  for (let v = 0; v < graph.opCount; v++) work[grouping.groupOf[v]] += ofOp[v];
  return {
    grouping,
    work,
    support: supportOf(graph, grouping),
    affinity: affinityOf(graph, grouping.groupOf, grouping.groupCount),
  };
}

function heavyEdgePairs({ work, support, affinity }: Level, workLimit: number): Pair[] {
  const { start, bytes: edgeWeight, neighbour } = affinity;
  const degree = (g: number) => start[g + 1] - start[g];
  const order = Array.from(work.keys()).sort((a, b) => degree(a) - degree(b) || a - b);
  const mateOf = heavyEdgeMates(
    { start, neighbour, edgeWeight },
    { order, vertexWeight: work, weightLimit: workLimit, mayPair: (a, b) => support[a] === support[b] },
  );
  const place = new Int32Array(order.length);
  for (const [at, g] of order.entries()) place[g] = at;
  return order.flatMap((a) => {
    const b = mateOf[a];
    if (place[a] >= place[b]) return [];
    return [{ a, b, bytes: edgeWeight[neighbour.indexOf(b, start[a])] }];
  });
}

/** Pairs each group with the next one of its support, for graphs in several parts. */
function pairsInOrder({ work, support }: Level): Pair[] {
  const waiting = new Map<string, number>();
  const pairs: Pair[] = [];
  for (let g = 0; g < work.length; g++) {
    const before = waiting.get(support[g]);
    if (before === undefined) waiting.set(support[g], g);
    else {
      pairs.push({ a: before, b: g, bytes: 0 });
      waiting.delete(support[g]);
    }
  }
  return pairs;
}

/** The last level needs only some of its pairs. */
function heaviest(pairs: readonly Pair[], most: number): readonly Pair[] {
  if (pairs.length <= most) return pairs;
  return [...pairs].sort((x, y) => y.bytes - x.bytes || x.a - y.a).slice(0, most);
}

function paired(graph: OpGraph, { grouping }: Level, pairs: readonly Pair[]): Grouping {
  const label = Int32Array.from({ length: grouping.groupCount }, (_, g) => g);
  for (const { a, b } of pairs) label[b] = a;
  return groupingOf(
    graph,
    grouping.groupOf.map((g) => label[g]),
  );
}
