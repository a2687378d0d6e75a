/**
 * Friedman's test on ranks and Nemenyi's critical difference, as in Demsar, Statistical Comparisons
 * of Classifiers over Multiple Data Sets, JMLR 2006, section 3.2.2.
 *
 * With N scenarios, k methods and R_j the mean rank of a method:
 *
 *     chi-square = (12 N / (k (k + 1)) sum R_j^2 - 3 N (k + 1)) / c
 *     critical difference = q sqrt(k (k + 1) / (6 N))
 *
 * Here c corrects for ties: 1 - sum (t^3 - t) / (N k (k^2 - 1)) over runs of t equal scores. The
 * factor q is the 95% quantile of the range of k normal numbers over the root of 2.
 */
import type { RankStatistics } from "./contract.ts";
import { chiSquareTail, rangeQuantile } from "./distributions.ts";
import { ranksOf } from "./ranks.ts";

const CONFIDENCE = 0.95;

/** `scores[scenario][method]`, higher is better. Null below two methods or two scenarios. */
export function criticalDifference(
  methods: readonly string[],
  scores: readonly (readonly number[])[],
): RankStatistics | null {
  const [count, scenarios] = [methods.length, scores.length];
  if (count < 2 || scenarios < 2) return null;
  const ranked = scores.map((row) => ranksOf(row.map((score) => -score)));
  const meanRanks = methods
    .map((method, i) => ({
      method,
      meanRank: ranked.reduce((sum, { ranks }) => sum + ranks[i], 0) / scenarios,
    }))
    .sort((a, b) => a.meanRank - b.meanRank);
  const factor = rangeQuantile(CONFIDENCE, count) / Math.SQRT2;
  const difference = factor * Math.sqrt((count * (count + 1)) / (6 * scenarios));
  return {
    meanRanks,
    friedman: friedman(
      meanRanks,
      ranked.map(({ ties }) => ties),
    ),
    criticalDifference: difference,
    groups: groupsOf(meanRanks, difference),
  };
}

/** Without any difference in ranks nothing is tested: 0 and probability 1. */
function friedman(
  meanRanks: RankStatistics["meanRanks"],
  ties: readonly (readonly number[])[],
): RankStatistics["friedman"] {
  const [count, scenarios] = [meanRanks.length, ties.length];
  const tied = ties.flat().reduce((sum, size) => sum + size ** 3 - size, 0);
  const correction = 1 - tied / (scenarios * count * (count ** 2 - 1));
  if (correction === 0) return { chiSquare: 0, pValue: 1 };
  const squares = meanRanks.reduce((sum, { meanRank }) => sum + meanRank ** 2, 0);
  const plain = ((12 * scenarios) / (count * (count + 1))) * squares - 3 * scenarios * (count + 1);
  const chiSquare = Math.max(0, plain / correction);
  return { chiSquare, pValue: chiSquareTail(chiSquare, count - 1) };
}

/** The longest runs of neighbours within the difference; a method that has none stands alone. */
function groupsOf(meanRanks: RankStatistics["meanRanks"], difference: number): string[][] {
  const groups: string[][] = [];
  let lastEnd = 0;
  for (let first = 0; first < meanRanks.length; first++) {
    let end = first + 1;
    while (end < meanRanks.length && meanRanks[end].meanRank - meanRanks[first].meanRank < difference) end++;
    if (end > lastEnd) groups.push(meanRanks.slice(first, end).map(({ method }) => method));
    lastEnd = Math.max(lastEnd, end);
  }
  return groups;
}
