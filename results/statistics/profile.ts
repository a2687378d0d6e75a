/**
 * Performance profiles: the share of cells with a score of at least t, for each t of a grid. One
 * curve above another everywhere means better on every quantile.
 *
 * Dolan and More, Benchmarking Optimization Software with Performance Profiles, Mathematical
 * Programming, 2002; as distributions of scores in Agarwal et al., NeurIPS 2021, section 4.2. Those
 * count scores above t. A proven optimum has the score 1, so we count it at 1.
 */
import { isAtLeast } from "./ranks.ts";

/** 0, 0.01, ..., 1. */
export const PROFILE_SCORES: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 100);

export function profile(scores: readonly number[], thresholds: readonly number[] = PROFILE_SCORES): number[] {
  return thresholds.map(
    (threshold) => scores.filter((score) => isAtLeast(score, threshold)).length / scores.length,
  );
}
