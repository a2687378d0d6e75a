/**
 * `WeightedGraph`: the undirected graph that a partitioner sees, in compressed sparse rows. Every
 * edge is in the rows of both ends, there are no loops, and two vertices have at most one edge. An
 * edge of weight 0 adds nothing to the cut but is kept: it may carry an order.
 */
import type { Joined } from "../../../env/model/coarsen/multilevel/matching.ts";

export interface WeightedGraph extends Joined {
  readonly vertexCount: number;
  readonly vertexWeight: Float64Array;
}

export interface Edges {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

/** Sums the weights of edges between the same two vertices, in either direction; drops loops. */
export function weightedGraph(vertexWeight: Float64Array, { from, to, weight }: Edges): WeightedGraph {
  const vertexCount = vertexWeight.length;
  const start = new Int32Array(vertexCount + 1);
  for (let e = 0; e < weight.length; e++) {
    start[from[e] + 1]++;
    start[to[e] + 1]++;
  }
  for (let v = 0; v < vertexCount; v++) start[v + 1] += start[v];
  const next = start.slice(0, vertexCount);
  const neighbour = new Int32Array(start[vertexCount]);
  const edgeWeight = new Float64Array(start[vertexCount]);
  for (let e = 0; e < weight.length; e++) {
    neighbour[next[from[e]]] = to[e];
    edgeWeight[next[from[e]]++] = weight[e];
    neighbour[next[to[e]]] = from[e];
    edgeWeight[next[to[e]]++] = weight[e];
  }
  const each = Int32Array.from({ length: vertexCount }, (_, v) => v);
  return contracted({ vertexCount, vertexWeight, start, neighbour, edgeWeight }, each, vertexCount);
}

/** Contracts the clusters `of` (0..count-1): sums their weights, drops edges within a cluster. */
export function contracted(graph: WeightedGraph, of: Int32Array, count: number): WeightedGraph {
  const { memberStart, members } = membersOf(of, count);
  const vertexWeight = new Float64Array(count);
  const start = new Int32Array(count + 1);
  const neighbour = new Int32Array(graph.neighbour.length);
  const edgeWeight = new Float64Array(graph.neighbour.length);
  const foundAt = new Int32Array(count).fill(-1);
  let length = 0;
  for (let c = 0; c < count; c++) {
    start[c] = length;
    for (let m = memberStart[c]; m < memberStart[c + 1]; m++) {
      const v = members[m];
      vertexWeight[c] += graph.vertexWeight[v];
      for (let i = graph.start[v]; i < graph.start[v + 1]; i++) {
        const other = of[graph.neighbour[i]];
        if (other === c) continue;
        if (foundAt[other] < start[c]) {
          foundAt[other] = length;
          neighbour[length++] = other;
        }
        edgeWeight[foundAt[other]] += graph.edgeWeight[i];
      }
    }
  }
  start[count] = length;
  return {
    vertexCount: count,
    vertexWeight,
    start,
    neighbour: neighbour.slice(0, length),
    edgeWeight: edgeWeight.slice(0, length),
  };
}

/** Vertices of each cluster, ascending: members[memberStart[c] .. memberStart[c + 1]). */
function membersOf(of: Int32Array, count: number) {
  const memberStart = new Int32Array(count + 1);
  for (let v = 0; v < of.length; v++) memberStart[of[v] + 1]++;
  for (let c = 0; c < count; c++) memberStart[c + 1] += memberStart[c];
  const next = memberStart.slice(0, count);
  const members = new Int32Array(of.length);
  for (let v = 0; v < of.length; v++) members[next[of[v]]++] = v;
  return { memberStart, members };
}

/** Weight of the edges between parts, each counted once. */
export function cutWeight(
  { vertexCount, start, neighbour, edgeWeight }: WeightedGraph,
  part: ArrayLike<number>,
) {
  let twice = 0;
  for (let v = 0; v < vertexCount; v++)
    for (let i = start[v]; i < start[v + 1]; i++) if (part[neighbour[i]] !== part[v]) twice += edgeWeight[i];
  return twice / 2;
}

export function partWeights(graph: WeightedGraph, part: ArrayLike<number>, partCount: number): Float64Array {
  const weight = new Float64Array(partCount);
  for (let v = 0; v < graph.vertexCount; v++) weight[part[v]] += graph.vertexWeight[v];
  return weight;
}

export function totalWeight({ vertexWeight }: WeightedGraph): number {
  return vertexWeight.reduce((sum, weight) => sum + weight, 0);
}
