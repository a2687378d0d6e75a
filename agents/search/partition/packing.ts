/**
 * A first partition by weights alone: the heaviest vertex first, each to the part with the most
 * weight to spare; equal weights in random order. With heavy vertices and tight limits it is better
 * balanced than grown parts.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { WeightedGraph } from "./weighted-graph.ts";

export function packedPartition({ vertexWeight }: WeightedGraph, limit: Float64Array, rng: Rng): Int32Array {
  const order = rng.shuffle(Array.from(vertexWeight.keys()));
  order.sort((a, b) => vertexWeight[b] - vertexWeight[a]);
  const left = limit.slice();
  const part = new Int32Array(vertexWeight.length);
  for (const v of order) {
    for (let p = 1; p < left.length; p++) if (left[p] > left[part[v]]) part[v] = p;
    left[part[v]] -= vertexWeight[v];
  }
  return part;
}
