/**
 * RaNNC's blocks (Tanaka et al., IPDPS 2021): merges atomic subcomponents level by
 * level into at most `target` blocks, with times that add up.
 *
 * On each level the nodes are visited by time, the shortest first. An unmatched node merges with
 * the unmatched successor to which it sends most, if
 *
 *   - no other path leads there, so that the blocks stay acyclic,
 *   - the merged node fits the memory,
 *   - its time is at most mean + 2 sigma of the level's times.
 *
 * At the end the shortest block merges with the neighbour in topological order with which it is
 * shorter, until `target` are left. The released code (nict-wisdom/rannc) checks paths on the graph
 * of the level, before its merges. Here they are checked after each merge: two pairs that are both
 * convex may make a cycle together. Its uncoarsening, off by default, is left out.
 */
import { QuotientGraph } from "./quotient.ts";

export interface BlockGraph {
  readonly successors: readonly (readonly number[])[];
  readonly timeUs: ArrayLike<number>;
  readonly outputBytes: ArrayLike<number>;
}

export interface BlockOptions {
  readonly target: number;
  fits(members: readonly number[]): boolean;
}

/** Members of each block, blocks in a topological order. */
export function ranncBlocks(graph: BlockGraph, options: BlockOptions): number[][] {
  const quotient = new QuotientGraph(graph.successors);
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const nodes = quotient.nodes();
    if (nodes.length <= options.target || nodes.length === before) break;
    before = nodes.length;
    mergeLevel(quotient, nodes, graph, options);
  }
  return mergeSmallest(quotient, graph, options);
}

function mergeLevel(
  quotient: QuotientGraph,
  nodes: readonly number[],
  graph: BlockGraph,
  { target, fits }: BlockOptions,
): void {
  const times = new Map(nodes.map((v) => [v, timeOf(graph, quotient.members[v])]));
  const mean = sum(times.values()) / nodes.length;
  const variance = sum(nodes.map((v) => (times.get(v)! - mean) ** 2)) / nodes.length;
  const mostUs = mean + 2 * Math.sqrt(variance);
  const matched = new Set<number>();
  let left = nodes.length;
  for (const v of [...nodes].sort((a, b) => times.get(a)! - times.get(b)! || a - b)) {
    if (left <= target) return;
    if (matched.has(v)) continue;
    matched.add(v);
    let [best, mostBytes] = [-1, -1];
    for (const w of quotient.successors(v)) {
      if (matched.has(w) || times.get(v)! + times.get(w)! > mostUs || !quotient.isConvex(v, w)) continue;
      if (!fits([...quotient.members[v], ...quotient.members[w]])) continue;
      const bytes = bytesBetween(graph, quotient.members[v], quotient.members[w]);
      if (bytes >= mostBytes) [best, mostBytes] = [w, bytes];
    }
    if (best < 0) continue;
    matched.add(best);
    quotient.merge(v, best);
    left--;
  }
}

/** Neighbours in a topological order have no path around, so that they can merge. */
function mergeSmallest(
  quotient: QuotientGraph,
  graph: BlockGraph,
  { target, fits }: BlockOptions,
): number[][] {
  let blocks = quotient.order()!.map((v) => quotient.members[v]);
  while (blocks.length > target && blocks.length > 1) {
    const times = blocks.map((members) => timeOf(graph, members));
    const shortest = times.indexOf(Math.min(...times));
    const [before, after] = [times[shortest - 1] ?? Number.POSITIVE_INFINITY, times[shortest + 1]];
    const first = after < before ? shortest : shortest - 1;
    const merged = [...blocks[first], ...blocks[first + 1]].sort((a, b) => a - b);
    if (!fits(merged)) break;
    blocks = [...blocks.slice(0, first), merged, ...blocks.slice(first + 2)];
  }
  return blocks;
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

const timeOf = ({ timeUs }: BlockGraph, members: readonly number[]): number =>
  members.reduce((total, v) => total + timeUs[v], 0);

/** Each output counts once, to however many members it goes. */
function bytesBetween(graph: BlockGraph, from: readonly number[], to: readonly number[]): number {
  const inside = new Set(to);
  const sent = from.filter((v) => graph.successors[v].some((w) => inside.has(w)));
  return sent.reduce((total, v) => total + graph.outputBytes[v], 0);
}
