/** Paired differences and their interval. */
import { createRng } from "../../../env/index.ts";
import { mean } from "../../../results/statistics/averages.ts";
import { bootstrap, resamplesOf } from "../../../results/statistics/bootstrap.ts";

const RESAMPLES = 4000;
/** Differences below this share are equal values. */
const EQUAL = 1e-6;

/** Mean of the differences and its percentile interval of 95% by bootstrap over them. */
export function paired(differences: readonly number[]) {
  const { value, low, high } = bootstrap([differences], mean, {
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    resamples: resamplesOf([differences.length], createRng(0), RESAMPLES),
  });
  return {
    mean: value,
    low,
    high,
    better: differences.filter((difference) => difference < -EQUAL).length,
    equal: differences.filter((difference) => Math.abs(difference) <= EQUAL).length,
    worse: differences.filter((difference) => difference > EQUAL).length,
  };
}
