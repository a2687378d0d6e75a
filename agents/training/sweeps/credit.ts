/**
 * How a sweep is rewarded, after the options of Placeto's published code (Addanki et al., NeurIPS
 * 2019):
 *
 * - `dense`: each evaluation pays its change of the utility, so rewards sum to last minus first;
 * - `terminal`: the last evaluation pays that sum, all others nothing;
 * - `minimum`: the return from a step on is the best later utility minus the one before it.
 */
export type RewardRule = "dense" | "terminal" | "minimum";

/** An unbroken stretch of an episode: utilities of its placements, one more than its rewards. */
export type Standing = readonly number[];

/**
 * Rewards of all evaluations. No stretch is paid for the next one: each begins at a placement that
 * the one before did not make. A move that was taken back pays 0, as staying does.
 */
export function credited(rule: RewardRule, standings: readonly Standing[]): Float64Array {
  return Float64Array.from(standings.flatMap((standing) => rewards[rule](standing)));
}

const rewards: Readonly<Record<RewardRule, (standing: Standing) => number[]>> = {
  dense: (standing) => standing.slice(1).map((after, i) => after - standing[i]),
  terminal(standing) {
    const steps = standing.length - 1;
    const total = standing[steps] - standing[0];
    return Array.from({ length: steps }, (_, i) => (i === steps - 1 ? total : 0));
  },
  /** Their sums from each step on, undiscounted, are the returns of the rule. */
  minimum(standing) {
    const returns = standing.slice(1);
    let best = Number.NEGATIVE_INFINITY;
    for (let i = returns.length - 1; i >= 0; i--) {
      best = Math.max(best, standing[i + 1]);
      returns[i] = best - standing[i];
    }
    return returns.map((value, i) => value - (returns[i + 1] ?? 0));
  },
};
