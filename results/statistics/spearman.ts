/**
 * Spearman's rank correlation: Pearson's correlation of the ranks, where equal numbers share a
 * rank. Spearman, The Proof and Measurement of Association between Two Things, 1904.
 */
import { mean } from "./averages.ts";
import { ranksOf } from "./ranks.ts";

/** Fewer pairs say nothing of an order. */
const FEWEST_PAIRS = 3;

/** Null with fewer than three pairs, or where all numbers of a side are equal. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < FEWEST_PAIRS) return null;
  const [ranksA, ranksB] = [ranksOf(a).ranks, ranksOf(b).ranks];
  const [meanA, meanB] = [mean(ranksA), mean(ranksB)];
  let [both, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [ranksA[i] - meanA, ranksB[i] - meanB];
    both += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? null : both / Math.sqrt(squareA * squareB);
}
