/**
 * A partition under refinement. It holds the part of each vertex and the weight of its edges into
 * every part. It also holds the parts' weights, the cut, and the weight above the limits. A move
 * updates all of it in O(degree).
 */
import type { WeightedGraph } from "./weighted-graph.ts";

export interface PartitionState {
  readonly graph: WeightedGraph;
  readonly partCount: number;
  readonly limit: Float64Array;
  readonly part: Int32Array;
  readonly weight: Float64Array;
  /** Weight of the edges from vertex v into part p, shape [vertices x parts]. */
  readonly joins: Float64Array;
  readonly cut: number;
  /** Weight above the limits, summed over the parts. */
  readonly overload: number;
  move(v: number, to: number): void;
}

export function partitionState(graph: WeightedGraph, part: Int32Array, limit: Float64Array): PartitionState {
  const { vertexCount, vertexWeight, start, neighbour, edgeWeight } = graph;
  const partCount = limit.length;
  const weight = new Float64Array(partCount);
  const joins = new Float64Array(vertexCount * partCount);
  let cut = 0;
  for (let v = 0; v < vertexCount; v++) {
    weight[part[v]] += vertexWeight[v];
    for (let i = start[v]; i < start[v + 1]; i++) {
      const other = part[neighbour[i]];
      joins[v * partCount + other] += edgeWeight[i];
      if (other !== part[v]) cut += edgeWeight[i] / 2;
    }
  }
  const over = (p: number): number => Math.max(0, weight[p] - limit[p]);
  let overload = 0;
  for (let p = 0; p < partCount; p++) overload += over(p);

  return {
    graph,
    partCount,
    limit,
    part,
    weight,
    joins,
    get cut() {
      return cut;
    },
    get overload() {
      return overload;
    },
    move(v, to) {
      const from = part[v];
      overload -= over(from) + over(to);
      weight[from] -= vertexWeight[v];
      weight[to] += vertexWeight[v];
      overload += over(from) + over(to);
      cut += joins[v * partCount + from] - joins[v * partCount + to];
      part[v] = to;
      for (let i = start[v]; i < start[v + 1]; i++) {
        const row = neighbour[i] * partCount;
        joins[row + from] -= edgeWeight[i];
        joins[row + to] += edgeWeight[i];
      }
    },
  };
}
