/**
 * The smallest possible largest load of G bins, by branch and bound. Weights go in descending
 * order, each to one bin of each load that there is. The search starts from the better of longest
 * first and differencing. It ends at the mean load or the largest weight.
 */
import { differencing } from "./differencing.ts";
import { type Bins, descending, longestFirst } from "./longest-first.ts";

/** Exponential in the number of weights; some 20 are quick. */
export function smallestLargestLoad(weights: readonly number[], binCount: number): Bins {
  const order = descending(weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const bound = Math.max(total / binCount, order.length === 0 ? 0 : weights[order[0]]);
  const starts = [longestFirst(weights, binCount)!, differencing(weights, binCount)];
  let best = starts.reduce((a, b) => (largest(b.loads) < largest(a.loads) ? b : a));
  let least = largest(best.loads);
  const binOf = new Int32Array(weights.length);
  const loads = new Float64Array(binCount);
  const search = (position: number): void => {
    if (position === order.length) {
      best = { binOf: binOf.slice(), loads: loads.slice() };
      least = largest(loads);
      return;
    }
    const item = order[position];
    const tried = new Set<number>();
    for (let bin = 0; bin < binCount; bin++) {
      if (least <= bound) return;
      if (tried.has(loads[bin]) || loads[bin] + weights[item] >= least) continue;
      const load = loads[bin];
      tried.add(load);
      loads[bin] = load + weights[item];
      binOf[item] = bin;
      search(position + 1);
      loads[bin] = load;
    }
  };
  search(0);
  return best;
}

export const largest = (loads: Iterable<number>): number => Math.max(0, ...loads);
