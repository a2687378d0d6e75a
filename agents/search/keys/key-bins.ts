/**
 * The discrete settings among which REGAL (Paliwal et al., ICLR 2020) chooses for each key. They
 * are the mean and the variance of its Beta distribution, and its elite bias, of 16 values each.
 * The paper does not give the values; these are ours.
 *
 * - Means are multiples of 1/16, and 1/32 in place of 0.
 * - Variances are m (1 - m) / (1 + nu), where nu = alpha + beta is 1, sqrt 2, 2, ..., 128 sqrt 2.
 * - Elite biases are 0.2, 0.25, ..., 0.95.
 *
 * `PLAIN` is the uniform distribution with the elite bias of the planner `brkga`.
 */
import { betaQuantiles, type Quantiles } from "./beta-quantiles.ts";
import type { KeyDistributions } from "./evolution.ts";

/** Values of each setting. */
export const BINS = 16;
/** Settings of each key: mean, variance, elite bias. */
export const SETTINGS = 3;
/** Uniform keys and the usual elite bias, 0.7. */
export const PLAIN: readonly [mean: number, variance: number, bias: number] = Object.freeze([8, 2, 10]);

const meanOf = (bin: number): number => Math.max(bin, 0.5) / BINS;
const concentrationOf = (bin: number): number => 2 ** (bin >> 1) * (bin % 2 === 1 ? Math.SQRT2 : 1);
const biasOf = (bin: number): number => (bin + 4) / 20;

/** Tables of a process, by mean and variance; they hold nothing but constants. */
const tables = new Map<number, Quantiles | null>();

function quantilesOf(mean: number, variance: number): Quantiles | null {
  const key = mean * BINS + variance;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const [m, nu] = [meanOf(mean), concentrationOf(variance)];
  const made = betaQuantiles(m * nu, (1 - m) * nu);
  tables.set(key, made);
  return made;
}

/** From three bins for each key, key by key. */
export function distributionsOf(bins: ArrayLike<number>): KeyDistributions {
  const keys = bins.length / SETTINGS;
  const eliteBias = new Float64Array(keys);
  const quantiles: (Quantiles | null)[] = [];
  for (let key = 0; key < keys; key++) {
    quantiles.push(quantilesOf(bins[key * SETTINGS], bins[key * SETTINGS + 1]));
    eliteBias[key] = biasOf(bins[key * SETTINGS + 2]);
  }
  return { quantiles, eliteBias };
}
