/**
 * Upper bounds on what the rest of a set can add to its price. They are a Lagrangian relaxation of
 * the load limit in the graph of device-sets.ts. Load has a price per us, its rate. Any rate gives
 * a bound; a few rates around the best one are used.
 */

import type { DeviceSets } from "./device-sets.ts";

export interface CompletionBound {
  /** Price of a us. */
  readonly rate: number;
  /** The most that any path from a node to the end gains, with its load paid at the rate. */
  readonly rest: Float64Array;
}

/** Rates, as multiples of the one with the least bound on all sets. */
const SPREAD = [0.6, 0.85, 1, 1.2, 1.7];
const HALVINGS = 12;

export function completionBounds(
  sets: DeviceSets,
  type: number,
  prices: Float64Array,
  upperUs: number,
): CompletionBound[] {
  const total = prices.reduce((sum, price) => sum + price, 0);
  const boundAt = (rate: number) => restsAt(sets, type, prices, rate)[0] + rate * upperUs;
  let low = 0;
  let high = (4 * total) / Math.max(upperUs, Number.MIN_VALUE);
  for (let i = 0; i < HALVINGS; i++) {
    const third = (high - low) / 3;
    if (boundAt(low + third) <= boundAt(high - third)) high -= third;
    else low += third;
  }
  return SPREAD.map((share) => {
    const rate = (share * (low + high)) / 2;
    return { rate, rest: restsAt(sets, type, prices, rate) };
  });
}

function restsAt(
  { problem, order, layerStart, nodeCount, arcStart, arcSource, arcTakes, arcTransferUs }: DeviceSets,
  type: number,
  prices: Float64Array,
  rate: number,
): Float64Array {
  const { timeUs, types } = problem;
  const rest = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
  rest[nodeCount - 1] = 0;
  for (let layer = order.length - 1; layer >= 0; layer--) {
    const v = order[layer];
    const gain = prices[v] - rate * timeUs[v * types.length + type];
    for (let node = layerStart[layer]; node < layerStart[layer + 1]; node++)
      for (let arc = arcStart[node]; arc < arcStart[node + 1]; arc++) {
        const value = rest[node] + (arcTakes[arc] === 1 ? gain : 0) - rate * arcTransferUs[arc];
        if (value > rest[arcSource[arc]]) rest[arcSource[arc]] = value;
      }
  }
  return rest;
}
