/**
 * The least largest load that any distribution of divisible work over unrelated machines can have,
 * by Lagrangian duality.
 *
 * For weights w >= 0 with sum over machines of w = 1, every distribution has
 *
 *   largest load >= sum over machines of w x load
 *                >= sum over items of min over machines of w x time,
 *
 * so each choice of weights proves a bound. The best choice gives the optimum of the linear
 * relaxation of R||Cmax (Lenstra, Shmoys and Tardos, 1990). The right-hand side is concave in the
 * weights, and machines of one type share theirs. A golden-section search for each type therefore
 * finds the best weights of two types. For more types its bound is valid but may be smaller.
 */
import { goldenSection } from "./golden-section.ts";

export interface WorkBound {
  readonly valueUs: number;
  /** Weight of one machine of each type; machines x weight sums to 1. */
  readonly weights: Float64Array;
}

const SECTIONS = 60;
const ROUNDS = 4;

/**
 * Times have the shape [items x types], with `Infinity` where a type cannot take an item;
 * `machines` counts each type. Every item needs a type that can take it.
 */
export function workBound(timesUs: Float64Array, machines: ArrayLike<number>): WorkBound {
  const types = machines.length;
  const weightsOf = (shares: Float64Array) => shares.map((share, type) => share / machines[type]);
  const boundOf = (shares: Float64Array) => weightedWork(timesUs, weightsOf(shares));

  let shares = new Float64Array(types).fill(1 / types);
  let value = boundOf(shares);
  for (let round = 0; types > 1 && round < (types === 2 ? 1 : ROUNDS); round++) {
    for (let type = 0; type < (types === 2 ? 1 : types); type++) {
      const candidate = bestAlong(shares, type, boundOf);
      const found = boundOf(candidate);
      if (found <= value) continue;
      shares = candidate;
      value = found;
    }
  }
  return { valueUs: value, weights: weightsOf(shares) };
}

/** Sum over items of the least weighted time. */
export function weightedWork(timesUs: Float64Array, weights: Float64Array): number {
  const types = weights.length;
  let sum = 0;
  for (let i = 0; i < timesUs.length; i += types) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = 0; type < types; type++) {
      const time = timesUs[i + type];
      if (time !== Number.POSITIVE_INFINITY) least = Math.min(least, weights[type] * time);
    }
    sum += least;
  }
  return sum;
}

/** The best share of one type, the others scaled in proportion. */
function bestAlong(shares: Float64Array, type: number, boundOf: (shares: Float64Array) => number) {
  const rest = 1 - shares[type];
  const withShare = (share: number) =>
    shares.map((other, t) =>
      t === type ? share : rest > 0 ? (other * (1 - share)) / rest : (1 - share) / (shares.length - 1),
    );
  return withShare(goldenSection((share) => boundOf(withShare(share)), 0, 1, SECTIONS));
}
