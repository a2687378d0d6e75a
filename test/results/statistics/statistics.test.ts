/** All statistics against rliable and scipy, whose numbers peer.py made. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { interquartileMeanInterval, meanInterval } from "../../../results/statistics/averages.ts";
import type { Interval, ScoreTable } from "../../../results/statistics/contract.ts";
import { criticalDifference } from "../../../results/statistics/critical-difference.ts";
import { probabilityOfImprovement } from "../../../results/statistics/improvement.ts";
import { profile } from "../../../results/statistics/profile.ts";
import { rankCorrelation } from "../../../results/statistics/spearman.ts";

interface Comparison {
  readonly own: ScoreTable;
  readonly other: ScoreTable;
  readonly iqm: Interval;
  readonly mean: Interval;
  readonly improvement: Interval;
  readonly profile: readonly number[];
  readonly mannWhitney: number;
  readonly spearman: number;
}

interface Ranking {
  readonly scores: readonly (readonly number[])[];
  readonly meanRanks: readonly number[];
  readonly chiSquare: number;
  readonly pValue: number;
  readonly criticalDifference: number;
}

const peer: {
  readonly thresholds: readonly number[];
  readonly comparisons: readonly Comparison[];
  readonly rankings: readonly Ranking[];
} = JSON.parse(readFileSync(new URL("peer.json", import.meta.url), "utf8"));

/**
 * The same estimate, and ends apart by no more than resampling explains: 5% of the width. The mean
 * of ten scores of one decimal moves in steps of 0.01; there it is a step.
 */
function agrees(ours: Interval, theirs: Interval, table: ScoreTable): void {
  expect(ours.value).toBeCloseTo(theirs.value, 12);
  const step = table.flat().length === 10 ? 0.01 + 1e-12 : 0;
  const most = Math.max(step, 0.05 * (theirs.high - theirs.low));
  expect(Math.abs(ours.low - theirs.low)).toBeLessThan(most);
  expect(Math.abs(ours.high - theirs.high)).toBeLessThan(most);
}

describe.each(peer.comparisons.map((own, i) => [i, own] as const))("scores of table %d", (_, table) => {
  test("have rliable's interquartile mean and mean, with intervals", () => {
    agrees(interquartileMeanInterval(table.own), table.iqm, table.own);
    agrees(meanInterval(table.own), table.mean, table.own);
  });

  test("have rliable's probability of improvement, with its interval", () => {
    agrees(probabilityOfImprovement(table.own, table.other), table.improvement, table.own);
  });

  test("have rliable's performance profile", () => {
    expect(profile(table.own.flat(), peer.thresholds)).toEqual(table.profile);
  });

  test("have scipy's U of Mann and Whitney and its rank correlation", () => {
    const [own, other] = [table.own.flat(), table.other.flat()];
    expect(probabilityOfImprovement([own], [other]).value).toBeCloseTo(table.mannWhitney, 12);
    expect(rankCorrelation(own, other)).toBeCloseTo(table.spearman, 12);
  });
});

test.each(peer.rankings.map((own, i) => [i, own] as const))("ranks of table %d are scipy's", (_, table) => {
  const names = table.meanRanks.map((__, i) => `m${i}`);
  const ours = criticalDifference(names, table.scores)!;
  const meanRanks = new Map(ours.meanRanks.map(({ method, meanRank }) => [method, meanRank]));
  for (const [i, name] of names.entries())
    expect(meanRanks.get(name), name).toBeCloseTo(table.meanRanks[i], 12);
  expect(ours.friedman.chiSquare).toBeCloseTo(table.chiSquare, 9);
  expect(ours.friedman.pValue / table.pValue).toBeCloseTo(1, 8);
  expect(ours.criticalDifference).toBeCloseTo(table.criticalDifference, 6);
});
