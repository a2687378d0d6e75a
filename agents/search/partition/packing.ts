/**
 * A first partition that looks at weights alone: the heaviest vertex first, each to the part with
 * most room left. Where vertices are heavy and limits tight it balances what grown parts do not;
 * equal weights in random order.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { WeightedGraph } from "./weighted-graph.ts";

export function packedPartition({ vertexWeight }: WeightedGraph, limit: Float64Array, rng: Rng): Int32Array {
  const order = rng.shuffle(Array.from(vertexWeight.keys()));
  order.sort((a, b) => vertexWeight[b] - vertexWeight[a]);
  const room = limit.slice();
  const part = new Int32Array(vertexWeight.length);
  for (const v of order) {
    for (let p = 1; p < room.length; p++) if (room[p] > room[part[v]]) part[v] = p;
    room[part[v]] -= vertexWeight[v];
  }
  return part;
}
