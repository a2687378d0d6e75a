/**
 * Partitions of a small graph that keep its order. A dynamic program cuts random topological orders
 * into consecutive blocks. It minimises the weight above the limits first, then the cut.
 *
 * The same program improves a partition. In an order that puts earlier parts first, the partition
 * itself is one choice of blocks. The best choice is at least as good.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { type Arcs, randomTopologicalOrder } from "./arcs.ts";
import { cutWeight, totalWeight, type WeightedGraph } from "./weighted-graph.ts";

const ORDERS = 8;
/** The program takes memory in the square of the vertices. */
const MOST_FOR_PROGRAM = 2000;

interface Blocks {
  readonly part: Int32Array;
  readonly overload: number;
  /** Weight of the edges within blocks. */
  readonly kept: number;
}

export function blockPartition(graph: WeightedGraph, arcs: Arcs, limit: Float64Array, rng: Rng): Int32Array {
  const oneLabel = new Int32Array(graph.vertexCount);
  let best: Blocks | null = null;
  for (let o = 0; o < ORDERS; o++) {
    const blocks = bestBlocks(graph, randomTopologicalOrder(arcs, oneLabel, rng), limit);
    if (best === null || isBetter(blocks, best)) best = blocks;
  }
  return best!.part;
}

/** Improves a partition by several random orders that put earlier parts first. */
export function reblocked(
  graph: WeightedGraph,
  arcs: Arcs,
  limit: Float64Array,
  part: Int32Array,
  rng: Rng,
): Int32Array {
  const oneLabel = new Int32Array(part.length);
  let blocks = part;
  for (let o = 0; o < ORDERS; o++) {
    const known = blocks;
    const order = randomTopologicalOrder(arcs, oneLabel, rng).sort((a, b) => known[a] - known[b]);
    blocks = bestBlocks(graph, order, limit).part;
  }
  return blocks;
}

const isBetter = (a: Pick<Blocks, "overload" | "kept">, b: Pick<Blocks, "overload" | "kept">): boolean =>
  a.overload < b.overload || (a.overload === b.overload && a.kept > b.kept);

/**
 * Entry [p][j] of the program: the best way to put the first j vertices of the order into the first
 * p + 1 blocks. Blocks may be empty.
 */
function bestBlocks(graph: WeightedGraph, order: Int32Array, limit: Float64Array): Blocks {
  const n = order.length;
  if (n > MOST_FOR_PROGRAM) return filledBlocks(graph, order, limit);
  const width = n + 1;
  const overload = new Float64Array(limit.length * width).fill(Number.POSITIVE_INFINITY);
  const kept = new Float64Array(limit.length * width).fill(-1);
  const cameFrom = new Int32Array(limit.length * width);
  const within = edgesWithin(graph, order);
  const upTo = new Float64Array(width);
  for (let j = 0; j < n; j++) upTo[j + 1] = upTo[j] + graph.vertexWeight[order[j]];
  for (let p = 0; p < limit.length; p++)
    for (let j = 0; j <= n; j++)
      for (let i = p === 0 ? 0 : j; i >= 0; i--) {
        const before = (p - 1) * width + i;
        const over = Math.max(0, upTo[j] - upTo[i] - limit[p]) + (p === 0 ? 0 : overload[before]);
        const inside = within[i * width + j] + (p === 0 ? 0 : kept[before]);
        const at = p * width + j;
        if (over > overload[at] || (over === overload[at] && inside <= kept[at])) continue;
        overload[at] = over;
        kept[at] = inside;
        cameFrom[at] = i;
      }
  const part = new Int32Array(n);
  for (let p = limit.length - 1, j = n; p >= 0; p--) {
    const i = cameFrom[p * width + j];
    for (let at = i; at < j; at++) part[order[at]] = p;
    j = i;
  }
  const end = limit.length * width - 1;
  return { part, overload: overload[end], kept: kept[end] };
}

/**
 * For graphs that take too much memory for the program: fills one block after the other to its
 * share of the weight.
 */
function filledBlocks(graph: WeightedGraph, order: Int32Array, limit: Float64Array): Blocks {
  const limitSum = limit.reduce((sum, of) => sum + of, 0);
  const total = totalWeight(graph);
  const part = new Int32Array(order.length);
  const weight = new Float64Array(limit.length);
  let block = 0;
  let before = 0;
  let filled = limit[0];
  for (const v of order) {
    while (block < limit.length - 1 && (before + graph.vertexWeight[v] / 2) * limitSum > filled * total)
      filled += limit[++block];
    part[v] = block;
    weight[block] += graph.vertexWeight[v];
    before += graph.vertexWeight[v];
  }
  const overload = weight.reduce((sum, of, p) => sum + Math.max(0, of - limit[p]), 0);
  return { part, overload, kept: -cutWeight(graph, part) };
}

/** Weight of the edges among places i..j-1 of the order, at [i * (n + 1) + j]. */
function edgesWithin({ start, neighbour, edgeWeight }: WeightedGraph, order: Int32Array): Float64Array {
  const width = order.length + 1;
  const place = new Int32Array(order.length);
  order.forEach((v, at) => {
    place[v] = at;
  });
  const within = new Float64Array(width * width);
  const joins = new Float64Array(order.length);
  for (let j = 1; j < width; j++) {
    const v = order[j - 1];
    joins.fill(0);
    for (let e = start[v]; e < start[v + 1]; e++)
      if (place[neighbour[e]] < j - 1) joins[place[neighbour[e]]] += edgeWeight[e];
    let sum = 0;
    for (let i = j - 1; i >= 0; i--) {
      sum += joins[i];
      within[i * width + j] = within[i * width + j - 1] + sum;
    }
  }
  return within;
}
