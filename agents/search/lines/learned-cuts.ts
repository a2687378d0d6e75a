/**
 * Roc's partitioner (Jia et al., "Improving the Accuracy, Scalability, and Performance of Graph
 * Neural Networks with Roc", MLSys 2020): a line of vertices is cut into ranges, one for each
 * accelerator. Each layer has a linear cost over features of the vertices. Times of the layers on
 * each accelerator teach it, and the next cuts make the largest predicted time of a range least.
 *
 * Features add up, so the cost of a range is a difference of prefix sums. The first cuts have equal
 * neighbours, as nothing is known before them.
 */
import { largestRange, leastLargestRanges } from "../../exact/cuts/range-cuts.ts";
import type { FeatureLine } from "../../problems/block-line.ts";
import { type LinearCost, linearCost } from "./linear-cost.ts";

export interface LearnedCuts {
  /** Adds the measured times of each layer on each range, in any one unit. */
  observe(starts: Int32Array, times: readonly ArrayLike<number>[]): void;
  /** The best cuts under the weights so far. */
  cuts(parts: number): Int32Array;
  /** Predicted time of each range over all layers. */
  predict(line: FeatureLine, starts: Int32Array): Float64Array;
  /** Of each layer. */
  weights(): Float64Array[];
}

export function learnedCuts(line: FeatureLine): LearnedCuts {
  const costs: LinearCost[] = line.layers.map((features) => linearCost(features.length));
  const weights = () => costs.map((cost) => cost.weights());
  return {
    observe(starts, times) {
      line.layers.forEach((features, layer) => {
        for (let p = 0; p + 1 < starts.length; p++)
          costs[layer].observe(rangeFeatures(features, starts, p), times[layer][p]);
      });
    },
    cuts: (parts) => leastLargestRanges(costSums(line, weights()), parts),
    predict: (of, starts) => rangeCosts(costSums(of, weights()), starts),
    weights,
  };
}

/** Sums of the costs before each position, over all layers. */
export function costSums({ length, layers }: FeatureLine, weights: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(length + 1);
  layers.forEach((features, layer) => {
    features.forEach((own, i) => {
      const weight = weights[layer][i];
      for (let v = 0; v <= length; v++) sums[v] += weight * own[v];
    });
  });
  // Rounding must not make a cost negative.
  for (let v = 1; v <= length; v++) sums[v] = Math.max(sums[v], sums[v - 1]);
  return sums;
}

export const rangeFeatures = (
  features: readonly Float64Array[],
  starts: Int32Array,
  part: number,
): Float64Array => Float64Array.from(features, (sums) => sums[starts[part + 1]] - sums[starts[part]]);

export const rangeCosts = (sums: Float64Array, starts: Int32Array): Float64Array =>
  Float64Array.from({ length: starts.length - 1 }, (_, p) => sums[starts[p + 1]] - sums[starts[p]]);

/** The largest over the mean; 1 where all are equal. */
export function imbalance(sums: Float64Array, starts: Int32Array): number {
  const mean = (sums[sums.length - 1] - sums[0]) / (starts.length - 1);
  return mean > 0 ? largestRange(sums, starts) / mean : 1;
}
