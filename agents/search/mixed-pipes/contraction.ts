/**
 * A layer graph whose layers are merged step by step. A merge that would close a cycle is rejected,
 * so the merged blocks always have a topological order.
 */
import type { LayerGraph } from "./layer-graph.ts";

export interface Contraction {
  /** Blocks left. A block has the number of one of its layers. */
  readonly blocks: Set<number>;
  readonly weightUs: Float64Array;
  /** Time of all edges to each later neighbour of a block, and from each earlier one. */
  readonly successors: readonly Map<number, number>[];
  readonly predecessors: readonly Map<number, number>[];
  /** Block of each layer, after the merges so far. */
  blockOf(layer: number): number;
  /** Merges a block into its predecessor, unless that closes a cycle. */
  merge(into: number, block: number): boolean;
  /** The blocks in topological order, of several next ones the lowest number first. */
  order(): number[];
  copy(): Contraction;
}

export function contraction(graph: LayerGraph, weightUs: Float64Array): Contraction {
  const successors = Array.from({ length: graph.count }, () => new Map<number, number>());
  const predecessors = successors.map(() => new Map<number, number>());
  for (const [edge, from] of graph.from.entries()) {
    const to = graph.to[edge];
    const us = (successors[from].get(to) ?? 0) + graph.sendUs[edge];
    successors[from].set(to, us);
    predecessors[to].set(from, us);
  }
  const blocks = new Set(successors.keys());
  return withState(blocks, weightUs.slice(), successors, predecessors, Int32Array.from(blocks));
}

function withState(
  blocks: Set<number>,
  weightUs: Float64Array,
  successors: Map<number, number>[],
  predecessors: Map<number, number>[],
  parent: Int32Array,
): Contraction {
  const blockOf = (layer: number) => {
    let at = layer;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  return {
    blocks,
    weightUs,
    successors,
    predecessors,
    blockOf,
    merge(into, block) {
      if (hasDetour(successors, into, block)) return false;
      successors[into].delete(block);
      predecessors[block].delete(into);
      for (const [to, us] of successors[block]) {
        predecessors[to].delete(block);
        join(successors, predecessors, into, to, us);
      }
      for (const [from, us] of predecessors[block]) {
        successors[from].delete(block);
        join(successors, predecessors, from, into, us);
      }
      successors[block].clear();
      predecessors[block].clear();
      weightUs[into] += weightUs[block];
      parent[block] = into;
      blocks.delete(block);
      return true;
    },
    order: () => topologicalOrder(blocks, successors, predecessors),
    copy: () =>
      withState(
        new Set(blocks),
        weightUs.slice(),
        successors.map((of) => new Map(of)),
        predecessors.map((of) => new Map(of)),
        parent.slice(),
      ),
  };
}

function join(
  successors: Map<number, number>[],
  predecessors: Map<number, number>[],
  from: number,
  to: number,
  us: number,
): void {
  const sum = (successors[from].get(to) ?? 0) + us;
  successors[from].set(to, sum);
  predecessors[to].set(from, sum);
}

/** Whether a path from one block to its successor passes a third one. */
function hasDetour(successors: readonly Map<number, number>[], from: number, to: number): boolean {
  const seen = new Set<number>([from]);
  const open = [...successors[from].keys()].filter((next) => next !== to);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    for (const next of successors[at].keys()) {
      if (next === to) return true;
      open.push(next);
    }
  }
  return false;
}

function topologicalOrder(
  blocks: ReadonlySet<number>,
  successors: readonly Map<number, number>[],
  predecessors: readonly Map<number, number>[],
): number[] {
  const waits = new Map([...blocks].map((block) => [block, predecessors[block].size]));
  const ready = [...blocks].filter((block) => waits.get(block) === 0);
  const order: number[] = [];
  while (ready.length > 0) {
    const next = ready.reduce((a, b) => Math.min(a, b));
    ready.splice(ready.indexOf(next), 1);
    order.push(next);
    for (const to of successors[next].keys()) {
      const left = waits.get(to)! - 1;
      waits.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return order;
}
