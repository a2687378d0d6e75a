/**
 * `Quotient`: a grouping while it is being coarsened. Groups are joined by the edges between their
 * forward ops; backward and update ops follow their forward op. Groups can be merged in pairs, and
 * know their work.
 *
 * Group numbers are those of the original grouping. A merged group keeps the number of the group
 * that took the other one in.
 */
import { type OpGraph, Role } from "../graph/graph.ts";
import { kindsOf, timedKinds } from "../graph/support.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { createGroupOrder } from "./order.ts";
import { opWork } from "./work.ts";

export interface Quotient {
  /** Groups that are left, ascending. */
  alive(): readonly number[];
  /** Groups that read from the group's forward ops, and groups that they read from. */
  consumers(group: number): ReadonlySet<number>;
  producers(group: number): ReadonlySet<number>;
  /** Work of all ops of the group, and of its forward ops alone. */
  readonly work: Float64Array;
  readonly forwardWork: Float64Array;
  readonly totalWork: number;
  /** True where the same device kinds support both groups. */
  sameSupport(a: number, b: number): boolean;
  /** Is there a path of one edge or more? */
  reaches(from: number, to: number): boolean;
  /** Moves everything of group `from` into group `into`. */
  merge(from: number, into: number): void;
  grouping(): Grouping;
}

export function createQuotient(graph: OpGraph, start: Grouping): Quotient {
  const { groupCount, groupOf } = start;
  const mergedInto = Int32Array.from({ length: groupCount }, (_, g) => g);
  const { consumers, producers } = forwardNeighbours(graph, start);
  const order = createGroupOrder(consumers, producers);
  const ofOp = opWork(graph);
  const work = new Float64Array(groupCount);
  const forwardWork = new Float64Array(groupCount);
  for (let v = 0; v < graph.opCount; v++) {
    work[groupOf[v]] += ofOp[v];
    if (graph.role[v] === Role.forward) forwardWork[groupOf[v]] += ofOp[v];
  }
  const support = supportOf(graph, start);
  const current = (group: number): number => {
    let top = group;
    while (mergedInto[top] !== top) top = mergedInto[top] = mergedInto[mergedInto[top]];
    return top;
  };
  const living = new Set(Array.from({ length: groupCount }, (_, g) => g));
  const lastVisit = new Int32Array(groupCount);
  let visit = 0;

  return {
    alive: () => [...living],
    consumers: (group) => consumers[group],
    producers: (group) => producers[group],
    work,
    forwardWork,
    totalWork: work.reduce((sum, of) => sum + of, 0),
    sameSupport: (a, b) => support[a] === support[b],
    reaches(from, to) {
      const { position } = order;
      const ordered = order.holds();
      if (ordered && position[from] >= position[to]) return false;
      visit++;
      const open = [from];
      while (open.length > 0) {
        for (const next of consumers[open.pop()!]) {
          if (next === to) return true;
          if (lastVisit[next] === visit || (ordered && position[next] > position[to])) continue;
          lastVisit[next] = visit;
          open.push(next);
        }
      }
      return false;
    },
    merge(from, into) {
      mergedInto[from] = into;
      order.merge(from, into);
      redirect(consumers, producers, from, into);
      redirect(producers, consumers, from, into);
      work[into] += work[from];
      forwardWork[into] += forwardWork[from];
      living.delete(from);
    },
    grouping: () => groupingOf(graph, groupOf.map(current)),
  };
}

/** Which groups read from which, by their forward ops. */
function forwardNeighbours(graph: OpGraph, { groupCount, groupOf }: Grouping) {
  const consumers = Array.from({ length: groupCount }, () => new Set<number>());
  const producers = Array.from({ length: groupCount }, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const source = graph.edgeSource[e];
    const destination = graph.edgeDestination[e];
    if (graph.role[source] !== Role.forward || graph.role[destination] !== Role.forward) continue;
    if (groupOf[source] === groupOf[destination]) continue;
    consumers[groupOf[source]].add(groupOf[destination]);
    producers[groupOf[destination]].add(groupOf[source]);
  }
  return { consumers, producers };
}

/** Hands the neighbours of `from` in one direction to `into`, on both ends. */
function redirect(
  neighbours: readonly Set<number>[],
  opposite: readonly Set<number>[],
  from: number,
  into: number,
): void {
  for (const neighbour of neighbours[from]) {
    opposite[neighbour].delete(from);
    if (neighbour === into) continue;
    neighbours[into].add(neighbour);
    opposite[neighbour].add(into);
  }
  neighbours[from].clear();
}

/** What `supportOf` answers for a group whose ops have no device kind in common. */
export const NO_KIND = "none";

/** The device kinds that every op of a group supports, as a text to compare. */
export function supportOf(graph: OpGraph, { groupCount, memberStart, members }: Grouping): readonly string[] {
  const timed = graph.measuredUs.size;
  const kindsOfOp = (v: number) =>
    graph.supportedKinds[v] === null && timedKinds(graph, v).length === timed ? null : kindsOf(graph, v);
  return Array.from({ length: groupCount }, (_, g) => {
    let common: readonly string[] | null = null;
    for (let i = memberStart[g]; i < memberStart[g + 1]; i++) {
      const kinds = kindsOfOp(members[i]);
      if (kinds === null) continue;
      common = common === null ? kinds : common.filter((kind) => kinds.includes(kind));
    }
    return common === null ? "any" : common.length === 0 ? NO_KIND : JSON.stringify([...common].sort());
  });
}
