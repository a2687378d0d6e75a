/**
 * Paired relative difference of two methods on the same scenarios and seeds: the geometric mean of
 * `value / other`, less one, and its interval by resampling pairs:
 *
 *     exp(mean over pairs of ln(value / other)) - 1
 *
 * An arithmetic mean of ratios could say of each of two methods that it is the longer one. Ratios
 * and pairs: Fleming and Wallace, How Not to Lie with Statistics, CACM 1986; Efron and Tibshirani,
 * An Introduction to the Bootstrap, 1993, section 8.
 */
import { createRng } from "../../env/model/rng.ts";
import { mean } from "./averages.ts";
import { bootstrap, type Resamples, resamplesOf, sizesOf } from "./bootstrap.ts";
import type { Interval } from "./contract.ts";

/** What is above a value of 0 is infinitely far above; it counts as this many times. */
const MOST_TIMES = 1e12;

export type ValuePair = readonly [value: number, other: number];

/** Pairs are resampled in their scenario. Without two pairs in one, low is -1, high infinite. */
export function pairedDifferenceByScenario(
  pairs: readonly (readonly ValuePair[])[],
  resamples: Resamples = pairDraws(sizesOf(pairs)),
): Interval {
  const logs = pairs.map((own) => own.map(logRatio));
  const { value, low, high } = bootstrap(logs, mean, {
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    resamples,
  });
  return { value: Math.expm1(value), low: Math.expm1(low), high: Math.expm1(high) };
}

/** Pairs are resampled as one set, so the interval tells of other scenarios too. */
export const pairedDifference = (values: readonly number[], others: readonly number[]): Interval =>
  pairedDifferenceByScenario([values.map((value, i) => [value, others[i]] as const)]);

export const pairDraws = (sizes: readonly number[]): Resamples =>
  resamplesOf(sizes, createRng("paired bootstrap"));

function logRatio([value, other]: ValuePair): number {
  if (value === other) return 0;
  return Math.log(Math.min(MOST_TIMES, Math.max(1 / MOST_TIMES, value / other)));
}
