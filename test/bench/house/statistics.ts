/** Paired differences and their interval. */
import { createRng } from "../../../env/index.ts";

const RESAMPLES = 4000;
/** Differences below this share are equal values. */
const EQUAL = 1e-6;

/** Mean of the differences and its percentile interval of 95% by bootstrap over them. */
export function paired(differences: readonly number[]) {
  const rng = createRng(0);
  const count = differences.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += differences[rng.int(count)];
    return sum / count;
  }).sort((a, b) => a - b);
  return {
    mean: differences.reduce((a, b) => a + b, 0) / count,
    low: means[Math.floor(0.025 * RESAMPLES)],
    high: means[Math.ceil(0.975 * RESAMPLES) - 1],
    better: differences.filter((difference) => difference < -EQUAL).length,
    equal: differences.filter((difference) => Math.abs(difference) <= EQUAL).length,
    worse: differences.filter((difference) => difference > EQUAL).length,
  };
}
