/**
 * Averages of the scores of all cells of a method.
 *
 * The interquartile mean leaves out the lowest and the highest quarter, rounded down to whole
 * cells. It is steadier than the mean and, unlike the median, notices most cells. Agarwal et al.,
 * Deep RL at the Edge of the Statistical Precipice, NeurIPS 2021, section 4.3.
 */
import { type BootstrapOptions, bootstrap } from "./bootstrap.ts";
import type { Interval, ScoreTable } from "./contract.ts";

/** Scores are at most 1, and 0 where nothing fits. */
const SCORES: BootstrapOptions = { range: [0, 1] };

export const interquartileMeanInterval = (
  table: ScoreTable,
  { resamples }: Pick<BootstrapOptions, "resamples"> = {},
): Interval => bootstrap(table, interquartileMean, { ...SCORES, resamples });

export const meanInterval = (
  table: ScoreTable,
  { resamples }: Pick<BootstrapOptions, "resamples"> = {},
): Interval => bootstrap(table, mean, { ...SCORES, resamples });

/** Sorts what it is given. */
export function interquartileMean(scores: Float64Array): number {
  const left = Math.floor(scores.length / 4);
  return mean(scores.sort().subarray(left, scores.length - left));
}

export function mean(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum / numbers.length;
}
