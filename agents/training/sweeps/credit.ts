/**
 * How a sweep is rewarded, after the options of Placeto's published code (Addanki et al., NeurIPS
 * 2019):
 *
 * - `dense`: each evaluation pays its change of the utility, so rewards sum to last minus first;
 * - `terminal`: the last evaluation pays that sum, all others nothing;
 * - `minimum`: the return from a step on is the best later utility minus the one before it.
 */
export type RewardRule = "dense" | "terminal" | "minimum";

/** An unbroken stretch of an episode. */
export interface Stretch {
  /** Utilities of its placements in turn, one more than its evaluations. */
  readonly standing: readonly number[];
  /** Utility that each evaluation found, also where the move was taken back. */
  readonly tried: readonly number[];
}

/**
 * Rewards of all evaluations. No stretch is paid for the next one: each begins at a placement that
 * the one before did not make. Under `dense` a move that was taken back is paid what it would have
 * changed, or nothing would tell it from staying.
 */
export function credited(rule: RewardRule, stretches: readonly Stretch[]): Float64Array {
  return Float64Array.from(stretches.flatMap((stretch) => rewards[rule](stretch)));
}

const rewards: Readonly<Record<RewardRule, (stretch: Stretch) => number[]>> = {
  dense: ({ standing, tried }) => tried.map((after, i) => after - standing[i]),
  terminal({ standing }) {
    const steps = standing.length - 1;
    const total = standing[steps] - standing[0];
    return Array.from({ length: steps }, (_, i) => (i === steps - 1 ? total : 0));
  },
  /** Their sums from each step on, undiscounted, are the returns of the rule. */
  minimum({ standing }) {
    const returns = standing.slice(1);
    let best = Number.NEGATIVE_INFINITY;
    for (let i = returns.length - 1; i >= 0; i--) {
      best = Math.max(best, standing[i + 1]);
      returns[i] = best - standing[i];
    }
    return returns.map((value, i) => value - (returns[i + 1] ?? 0));
  },
};
