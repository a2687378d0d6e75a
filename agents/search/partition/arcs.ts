/**
 * The directions of a graph's edges, for partitions that must keep an order: an acyclic directed
 * graph in compressed sparse rows, both ways.
 */
import type { Rng } from "../../../env/model/rng.ts";

export interface Arcs {
  /** Successors of vertex v: successor[outStart[v] .. outStart[v + 1]), each once. */
  readonly outStart: Int32Array;
  readonly successor: Int32Array;
  readonly inStart: Int32Array;
  readonly predecessor: Int32Array;
}

/** Arcs from lists of successors, without duplicates and loops. */
export function arcsOf(successors: readonly Iterable<number>[]): Arcs {
  const lists = successors.map((list, v) => [...new Set(list)].filter((to) => to !== v));
  const outStart = new Int32Array(lists.length + 1);
  const inStart = new Int32Array(lists.length + 1);
  lists.forEach((list, v) => {
    outStart[v + 1] = outStart[v] + list.length;
    for (const to of list) inStart[to + 1]++;
  });
  for (let v = 0; v < lists.length; v++) inStart[v + 1] += inStart[v];
  const predecessor = new Int32Array(outStart[lists.length]);
  const next = inStart.slice();
  lists.forEach((list, v) => {
    for (const to of list) predecessor[next[to]++] = v;
  });
  return { outStart, successor: Int32Array.from(lists.flat()), inStart, predecessor };
}

/** Arcs between the clusters `of` (0..count-1). */
export function contractedArcs({ outStart, successor }: Arcs, of: Int32Array, count: number): Arcs {
  const lists = Array.from({ length: count }, () => new Set<number>());
  for (let v = 0; v < of.length; v++)
    for (let i = outStart[v]; i < outStart[v + 1]; i++)
      if (of[successor[i]] !== of[v]) lists[of[v]].add(of[successor[i]]);
  return arcsOf(lists);
}

/**
 * A random topological order, depth first: the last vertex that became ready comes next, so that
 * connected vertices stay close. Vertices with the same label are consecutive as far as the arcs
 * allow. If the arcs have a cycle, the order is shorter than the graph.
 */
export function randomTopologicalOrder(
  { outStart, successor, inStart }: Arcs,
  label: Int32Array,
  rng: Rng,
): Int32Array {
  const vertexCount = inStart.length - 1;
  const waitsFor = Int32Array.from({ length: vertexCount }, (_, v) => inStart[v + 1] - inStart[v]);
  const ready = new Map<number, number[]>();
  const add = (vertices: number[]): void => {
    for (const v of rng.shuffle(vertices)) {
      const labelled = ready.get(label[v]);
      if (labelled === undefined) ready.set(label[v], [v]);
      else labelled.push(v);
    }
  };
  add(Array.from(waitsFor.keys()).filter((v) => waitsFor[v] === 0));
  const order = new Int32Array(vertexCount);
  let length = 0;
  for (let current = NO_LABEL; ready.size > 0; ) {
    if (!ready.has(current)) current = [...ready.keys()][rng.int(ready.size)];
    const labelled = ready.get(current)!;
    const v = labelled.pop()!;
    if (labelled.length === 0) ready.delete(current);
    order[length++] = v;
    const freed: number[] = [];
    for (let i = outStart[v]; i < outStart[v + 1]; i++)
      if (--waitsFor[successor[i]] === 0) freed.push(successor[i]);
    add(freed);
  }
  return order.subarray(0, length);
}

const NO_LABEL = -1;
