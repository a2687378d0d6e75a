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

/** Means are geometric: of `values[i] / others[i]`. */
export function pairedDifference(values: readonly number[], others: readonly number[]): Difference {
  const logs = values.map((value, i) => Math.log(value / others[i]));
  const rng = createRng("paired bootstrap");
  const share = (sum: number) => Math.expm1(sum / logs.length);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < logs.length; i++) sum += logs[rng.int(logs.length)];
    return share(sum);
  }).sort();
  return {
    mean: share(logs.reduce((sum, log) => sum + log, 0)),
    low: means[Math.floor(0.025 * RESAMPLES)],
    high: means[Math.ceil(0.975 * RESAMPLES) - 1],
  };
}
