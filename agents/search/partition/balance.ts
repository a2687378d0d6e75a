/** The weight limits of parts, and their imbalance. */
import { partWeights, totalWeight, type WeightedGraph } from "./weighted-graph.ts";

/**
 * The most that each part may weigh: (1 + `imbalance`) times its share of the total, rounded down,
 * but at least its share.
 */
export function weightLimits(graph: WeightedGraph, share: Float64Array, imbalance: number): Float64Array {
  const total = totalWeight(graph);
  return share.map((of) => Math.max(Math.floor(of * total * (1 + imbalance)), Math.ceil(of * total)));
}

/** The largest excess of a part over its share, as a part of the share: 0.05 for 5%. */
export function imbalanceOf(graph: WeightedGraph, part: Int32Array, share: Float64Array): number {
  const total = totalWeight(graph);
  if (total === 0) return 0;
  const weight = partWeights(graph, part, share.length);
  return weight.reduce((most, of, p) => Math.max(most, of / (share[p] * total) - 1), 0);
}
