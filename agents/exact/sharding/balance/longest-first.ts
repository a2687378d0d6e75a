/**
 * Longest first (Graham, "Bounds on Multiprocessing Timing Anomalies", 1969): weights in descending
 * order, each to the bin of least load. The largest load is at most 4/3 - 1/(3 G) of the optimum on
 * G bins without memory limits.
 */

/** Weights shared out over bins. */
export interface Bins {
  /** Bin of each weight. */
  readonly binOf: Int32Array;
  readonly loads: Float64Array;
}

/** What the bins can hold beside their load. */
export interface BinMemory {
  /** Bytes of each weight. */
  readonly bytes: readonly number[];
  /** The most bytes of a bin. */
  readonly limit: number;
}

/**
 * Equal weights are taken by number, and of equal bins the lowest. Null where a weight fits in no
 * bin any more; another order may fit.
 */
export function longestFirst(weights: readonly number[], binCount: number, memory?: BinMemory): Bins | null {
  const binOf = new Int32Array(weights.length);
  const loads = new Float64Array(binCount);
  const filled = new Float64Array(binCount);
  for (const item of descending(weights)) {
    const bytes = memory?.bytes[item] ?? 0;
    let least = -1;
    for (let bin = 0; bin < binCount; bin++) {
      if (memory !== undefined && filled[bin] + bytes > memory.limit) continue;
      if (least === -1 || loads[bin] < loads[least]) least = bin;
    }
    if (least === -1) return null;
    binOf[item] = least;
    loads[least] += weights[item];
    filled[least] += bytes;
  }
  return { binOf, loads };
}

/** Numbers of the weights, largest first, equal ones by number. */
export const descending = (weights: readonly number[]): number[] =>
  [...weights.keys()].sort((a, b) => weights[b] - weights[a] || a - b);
