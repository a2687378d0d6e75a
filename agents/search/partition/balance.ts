/** What parts may weigh, and how far above their shares they are. */
import { partWeights, totalWeight, type WeightedGraph } from "./weighted-graph.ts";

/**
 * A part's share of the weight and `imbalance` times that beside, in whole units; never less than
 * its share.
 */
export function weightLimits(graph: WeightedGraph, share: Float64Array, imbalance: number): Float64Array {
  const total = totalWeight(graph);
  return share.map((of) => Math.max(Math.floor(of * total * (1 + imbalance)), Math.ceil(of * total)));
}

/** How far the part furthest above its share is above it: 0.05 for 5%. */
export function imbalanceOf(graph: WeightedGraph, part: Int32Array, share: Float64Array): number {
  const total = totalWeight(graph);
  if (total === 0) return 0;
  const weight = partWeights(graph, part, share.length);
  return weight.reduce((most, of, p) => Math.max(most, of / (share[p] * total) - 1), 0);
}
