/** Paired differences of two methods on the same scenarios and seeds, with a bootstrap interval. */
import { createRng } from "../../env/index.ts";

export interface Difference {
  /** Mean share by which the values are above those of the other method; below 0 is better. */
  readonly mean: number;
  /** 95% of the means of resampled pairs lie within. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2_000;

/**
 * Means are geometric: of `values[i] / others[i]`. One pair tells nothing of its spread, so its
 * interval has no ends.
 */
export function pairedDifference(values: readonly number[], others: readonly number[]): Difference {
  const logs = values.map((value, i) => Math.log(value / others[i]));
  const rng = createRng("paired bootstrap");
  const share = (sum: number) => Math.expm1(sum / logs.length);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < logs.length; i++) sum += logs[rng.int(logs.length)];
    return share(sum);
  }).sort();
  const middle = share(logs.reduce((sum, log) => sum + log, 0));
  if (logs.length < 2) return { mean: middle, low: -1, high: Number.POSITIVE_INFINITY };
  return {
    mean: middle,
    low: means[Math.floor(0.025 * RESAMPLES)],
    high: means[Math.ceil(0.975 * RESAMPLES) - 1],
  };
}
