/**
 * `LayerGroups`: sets of layers that stay together, numbered so that all data between groups goes
 * from a lower number to a higher one. Among groups that may come next, the one with the earliest
 * first layer does. Groups that need each other's data can be in no two stages, so they are one.
 */
import { type Successors, stronglyConnectedComponents } from "../graph/components.ts";

export interface LayerGroups {
  readonly count: number;
  /** Group of each layer. */
  readonly of: Int32Array;
  /** Groups that each group uses data of, ascending. */
  readonly predecessors: Successors;
}

/** `edges` are those between layers (layer-edges.ts), `labels` any whole number for each layer. */
export function layerGroups(edges: Successors, labels: ArrayLike<number>): LayerGroups {
  const dense = denseNumbers(labels);
  const needed = stronglyConnectedComponents(quotient(edges, dense));
  const fused = denseNumbers(dense.map((group) => needed.of[group]));
  const successors = quotient(edges, fused);
  const order = orderOf(successors);
  const numberOf = new Int32Array(order.length);
  order.forEach((group, number) => {
    numberOf[group] = number;
  });
  const predecessors = order.map((): number[] => []);
  order.forEach((group, number) => {
    for (const to of successors[group]) predecessors[numberOf[to]].push(number);
  });
  return { count: order.length, of: fused.map((group) => numberOf[group]), predecessors };
}

/** Numbers without gaps, in the order of first layers. */
function denseNumbers(labels: ArrayLike<number>): Int32Array {
  const numbers = new Map<number, number>();
  return Int32Array.from(labels, (label) => {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label)!;
  });
}

/** Edges between different groups, each once. */
function quotient(edges: Successors, groupOf: Int32Array): number[][] {
  const count = groupOf.reduce((most, group) => Math.max(most, group), -1) + 1;
  const sets = Array.from({ length: count }, () => new Set<number>());
  edges.forEach((list, from) => {
    for (const to of list) if (groupOf[to] !== groupOf[from]) sets[groupOf[from]].add(groupOf[to]);
  });
  return sets.map((set) => [...set]);
}

/** Topological, the lowest number that is ready first. Pre: no cycle. */
export function orderOf(successors: Successors): number[] {
  const waiting = new Int32Array(successors.length);
  for (const list of successors) for (const to of list) waiting[to]++;
  const ready = [...waiting.keys()].filter((node) => waiting[node] === 0);
  const order: number[] = [];
  while (ready.length > 0) {
    const lowest = ready.reduce((least, node, i) => (node < ready[least] ? i : least), 0);
    const [node] = ready.splice(lowest, 1);
    order.push(node);
    for (const to of successors[node]) if (--waiting[to] === 0) ready.push(to);
  }
  return order;
}
