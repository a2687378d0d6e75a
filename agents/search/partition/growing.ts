/**
 * A first partition of a small graph by recursive bisection. A half grows from a random vertex,
 * each time by the neighbour that adds least to the cut (greedy graph growing, Karypis and Kumar,
 * 1998). Several bisections are grown and refined; the best one is split further.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { GainHeaps } from "./gain-heaps.ts";
import { anyPart } from "./move-rule.ts";
import { type PartitionState, partitionState } from "./partition-state.ts";
import { refine } from "./refinement.ts";
import { totalWeight, type WeightedGraph } from "./weighted-graph.ts";

const SEEDS = 6;

export function grownPartition(graph: WeightedGraph, limit: Float64Array, rng: Rng): Int32Array {
  const part = new Int32Array(graph.vertexCount);
  split(graph, Int32Array.from(part.keys()), limit, 0, part, rng);
  return part;
}

/**
 * Assigns parts to the vertices of `graph`: one part for each limit, numbered from `first`.
 * `vertices` are their numbers in the whole graph.
 */
function split(
  graph: WeightedGraph,
  vertices: Int32Array,
  limit: Float64Array,
  first: number,
  part: Int32Array,
  rng: Rng,
): void {
  if (limit.length === 1) {
    for (const v of vertices) part[v] = first;
    return;
  }
  const leftParts = limit.length >> 1;
  const side = bisected(graph, sum(limit.subarray(0, leftParts)), sum(limit.subarray(leftParts)), rng);
  for (const [half, limits, from] of [
    [0, limit.subarray(0, leftParts), first],
    [1, limit.subarray(leftParts), first + leftParts],
  ] as const) {
    const kept = Int32Array.from(side.keys()).filter((v) => side[v] === half);
    split(
      induced(graph, kept),
      kept.map((v) => vertices[v]),
      limits,
      from,
      part,
      rng,
    );
  }
}

function bisected(graph: WeightedGraph, left: number, right: number, rng: Rng): Int32Array {
  // Some slack is left for the splits below.
  const total = totalWeight(graph);
  const limitSum = left + right;
  const share = limitSum > 0 ? left / limitSum : 1;
  const held = Math.max(total, Math.sqrt(total * limitSum));
  const limit = Float64Array.of(share * held, (1 - share) * held);
  let best: PartitionState | null = null;
  for (let seed = 0; seed < SEEDS; seed++) {
    const state = partitionState(graph, grownSide(graph, share * total, rng), limit);
    refine(state, anyPart(2), rng);
    if (best !== null && !isBetter(state, best)) continue;
    best = state;
  }
  return best!.part;
}

const isBetter = (a: PartitionState, b: PartitionState): boolean =>
  a.overload < b.overload || (a.overload === b.overload && a.cut < b.cut);

/**
 * Side 0, grown from a random vertex until it has the wanted weight. When no neighbour is left it
 * goes on from another random vertex.
 */
function grownSide(graph: WeightedGraph, wanted: number, rng: Rng): Int32Array {
  const { vertexCount, vertexWeight, start, neighbour, edgeWeight } = graph;
  const side = new Int32Array(vertexCount).fill(1);
  const rest = rng.shuffle(Int32Array.from(side.keys()));
  const gain = new Float64Array(vertexCount);
  for (let v = 0; v < vertexCount; v++)
    for (let i = start[v]; i < start[v + 1]; i++) gain[v] -= edgeWeight[i];
  const border = new GainHeaps(rest, 1);
  let weight = 0;
  for (let next = 0; next < vertexCount; ) {
    let v = border.top(0);
    if (v === -1) v = rest[next++];
    if (side[v] === 0) continue;
    if (weight > 0 && weight + vertexWeight[v] / 2 > wanted) break;
    border.remove(v);
    side[v] = 0;
    weight += vertexWeight[v];
    for (let i = start[v]; i < start[v + 1]; i++) {
      const u = neighbour[i];
      gain[u] += 2 * edgeWeight[i];
      if (side[u] === 1) border.put(u, 0, gain[u]);
    }
  }
  return side;
}

/** The subgraph of some vertices, numbered in the given order. */
function induced(graph: WeightedGraph, kept: Int32Array): WeightedGraph {
  const number = new Int32Array(graph.vertexCount).fill(-1);
  kept.forEach((v, i) => {
    number[v] = i;
  });
  const start = new Int32Array(kept.length + 1);
  const neighbour: number[] = [];
  const edgeWeight: number[] = [];
  kept.forEach((v, at) => {
    for (let i = graph.start[v]; i < graph.start[v + 1]; i++) {
      const other = number[graph.neighbour[i]];
      if (other === -1) continue;
      neighbour.push(other);
      edgeWeight.push(graph.edgeWeight[i]);
    }
    start[at + 1] = neighbour.length;
  });
  return {
    vertexCount: kept.length,
    vertexWeight: Float64Array.from(kept, (v) => graph.vertexWeight[v]),
    start,
    neighbour: Int32Array.from(neighbour),
    edgeWeight: Float64Array.from(edgeWeight),
  };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
