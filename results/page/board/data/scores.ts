/**
 * Scores over a group of entries: the anytime curve of each entry, its performance profile, and the
 * mean ranks of all. A score is `bound / value`, 0 without a plan that fits.
 */
import type { AnytimeCurve, AnytimePoint } from "../../../cells/anytime.ts";
import type { EntryCell } from "../../../leaderboard/contract.ts";
import { interquartileMean, mean } from "../../../statistics/averages.ts";
import type { RankStatistics } from "../../../statistics/contract.ts";
import { criticalDifference } from "../../../statistics/critical-difference.ts";
import { profile } from "../../../statistics/profile.ts";
import { scoreOf } from "../../../statistics/scores.ts";
import { profileCurve } from "../../drawing/profiles.ts";
import type { SiteGroup, SiteRow, SiteScenario } from "./site-data.ts";

/** Points of a curve, evenly over the logarithm of simulations. */
const MOMENTS = 72;

/** By scenario, then by seed. */
const scoresOf = ({ cells }: SiteRow, scenarios: readonly SiteScenario[]): number[][] =>
  cells.map((seeds, s) => seeds.map(({ value }) => scoreOf(value, scenarios[s].bound)));

/** Simulations of the cell that spent most. */
export const endOf = ({ rows }: SiteGroup): number =>
  rows.reduce((end, { cells }) => Math.max(end, spentOf(cells)), 2);

const spentOf = (cells: SiteRow["cells"]): number =>
  cells.flat().reduce((most, { simulations }) => Math.max(most, simulations), 1);

/** The interquartile mean of the scores so far; its last point is that of the row. */
export function scoreCurve(row: SiteRow, scenarios: readonly SiteScenario[], end: number): AnytimeCurve {
  const readers = row.cells.flatMap((seeds, s) => seeds.map((cell) => scoreSoFar(cell, scenarios[s].bound)));
  const own = spentOf(row.cells);
  const points: AnytimePoint[] = [];
  for (const simulations of momentsUntil(own, end)) {
    const score = interquartileMean(Float64Array.from(readers, (scoreAt) => scoreAt(simulations)));
    if (points.at(-1)?.mean !== score) points.push(pointAt(simulations, score));
  }
  // A line begins with the first score, unless there is none.
  const first = points.findIndex(({ mean }) => mean > 0);
  return { points: points.slice(Math.max(0, first)), end: own };
}

/** Those of all curves that end there, up to the end of this one. */
function momentsUntil(own: number, end: number): number[] {
  const all = Array.from({ length: MOMENTS }, (_, k) => Math.max(1, Math.floor(end ** (k / MOMENTS))));
  return [...new Set(all.filter((moment) => moment < own)), own];
}

/** Reads a curve at ascending moments. */
function scoreSoFar({ curve }: EntryCell, bound: number): (simulations: number) => number {
  let next = 0;
  let score = 0;
  return (simulations) => {
    for (; next < curve.length && curve[next].simulations <= simulations; next++)
      score = curve[next].feasible ? scoreOf(curve[next].cost, bound) : 0;
    return score;
  };
}

export const rowProfile = (row: SiteRow, scenarios: readonly SiteScenario[]): AnytimeCurve =>
  profileCurve(profile(scoresOf(row, scenarios).flat()));

const pointAt = (simulations: number, value: number): AnytimePoint => ({
  simulations,
  mean: value,
  least: value,
  greatest: value,
});

/**
 * Over scenarios, by mean score; methods are numbers of rows. Null where there is nothing to rank.
 */
export function rowRanks({ rows }: SiteGroup, scenarios: readonly SiteScenario[]): RankStatistics | null {
  const scores = rows.map((row) => scoresOf(row, scenarios));
  if (scores.some((own) => own.some((seeds) => seeds.length === 0))) return null;
  return criticalDifference(
    rows.map((_, i) => String(i)),
    scenarios.map((_, s) => scores.map((own) => mean(own[s]))),
  );
}
