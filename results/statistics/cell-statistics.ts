/**
 * What statistics say of the cells of one budget: of each method, of each pair, and of their ranks.
 * The cells may come in any order and some may be missing. The same cells give the same bytes.
 */
import type { CellResult } from "../cells/cell.ts";
import { interquartileMeanInterval, mean, meanInterval } from "./averages.ts";
import { type Resamples, resamplesOf } from "./bootstrap.ts";
import type { Interval, MethodStatistics, PairedStatistics, RankStatistics } from "./contract.ts";
import { criticalDifference } from "./critical-difference.ts";
import { type ImprovementDraws, improvementDraws, probabilityOfImprovement } from "./improvement.ts";
import { pairDraws, pairedDifferenceByScenario, type ValuePair } from "./paired-difference.ts";
import { profile } from "./profile.ts";
import { type BoundOf, type MethodScores, type ScoredSeed, scoresOf } from "./scores.ts";
import { rankCorrelation } from "./spearman.ts";

export interface CellStatistics {
  /** Best interquartile mean first, then best mean, then by name. */
  readonly methods: readonly MethodStatistics[];
  /** Each pair of methods once, both in the order of `methods`. */
  readonly pairs: readonly PairedStatistics[];
  readonly ranks: RankStatistics | null;
}

export function cellStatistics(cells: readonly CellResult[], boundOf?: BoundOf): CellStatistics {
  const scores = new Map(scoresOf(cells, boundOf).map((own) => [own.method, own]));
  const methods = methodStatistics(cells, boundOf);
  const ordered = methods.map(({ method }) => scores.get(method)!);
  return { methods, pairs: pairedStatistics(ordered), ranks: rankStatistics(ordered) };
}

export function methodStatistics(cells: readonly CellResult[], boundOf?: BoundOf): MethodStatistics[] {
  const resamples = drawnOnce((sizes) => resamplesOf(sizes));
  return scoresOf(cells, boundOf)
    .map((own) => statisticsOf(own, resamples))
    .sort(
      (a, b) => b.iqm.value - a.iqm.value || b.mean.value - a.mean.value || (a.method < b.method ? -1 : 1),
    );
}

function statisticsOf(
  { method, scenarios }: MethodScores,
  drawn: (sizes: readonly number[]) => Resamples,
): MethodStatistics {
  const table = [...scenarios.values()].map((seeds) => seeds.map(({ score }) => score));
  const resamples = drawn(table.map(({ length }) => length));
  const seeds = [...scenarios.values()].flat();
  const gaps = seeds.flatMap(({ value, bound }) => (value === null || bound <= 0 ? [] : [value / bound - 1]));
  return {
    method,
    iqm: interquartileMeanInterval(table, { resamples }),
    mean: meanInterval(table, { resamples }),
    meanGap: gaps.length === 0 ? null : mean(gaps),
    cells: seeds.length,
    feasibleCells: seeds.filter(({ value }) => value !== null).length,
    profile: profile(table.flat()),
    estimateCorrelation: estimateCorrelation(seeds),
  };
}

/** Estimates and values over the bound: the scales of scenarios alone would correlate. */
function estimateCorrelation(seeds: readonly ScoredSeed[]): number | null {
  const told = seeds.flatMap(({ estimate, value, bound }) =>
    estimate === null || value === null || bound <= 0
      ? []
      : [{ estimate: estimate / bound, value: value / bound }],
  );
  return rankCorrelation(
    told.map(({ estimate }) => estimate),
    told.map(({ value }) => value),
  );
}

/** Of each pair, in the order given; over the scenarios on which both have cells. */
export function pairedStatistics(methods: readonly MethodScores[]): PairedStatistics[] {
  const pairs = drawnOnce(pairDraws);
  const duels = drawnOnce(improvementDraws);
  return methods.flatMap((own, i) =>
    methods.slice(i + 1).flatMap((other) => {
      const shared = [...own.scenarios.keys()].filter((scenario) => other.scenarios.has(scenario));
      if (shared.length === 0) return [];
      const [a, b] = [own, other].map(({ scenarios }) => shared.map((name) => scenarios.get(name)!));
      return [
        {
          method: own.method,
          other: other.method,
          difference: differenceOf(a, b, pairs),
          improvement: improvementOf(a, b, duels),
        },
      ];
    }),
  );
}

type Seeds = readonly (readonly ScoredSeed[])[];

/** Null where no scenario has two seeds on which both fit: one seed tells no difference. */
function differenceOf(
  own: Seeds,
  other: Seeds,
  drawn: (sizes: readonly number[]) => Resamples,
): Interval | null {
  const pairs = own.map((seeds, i) => valuePairs(seeds, other[i])).filter(({ length }) => length > 0);
  if (!pairs.some(({ length }) => length > 1)) return null;
  return pairedDifferenceByScenario(pairs, drawn(pairs.map(({ length }) => length)));
}

function valuePairs(own: readonly ScoredSeed[], other: readonly ScoredSeed[]): ValuePair[] {
  const values = new Map(other.map(({ seedIndex, value }) => [seedIndex, value]));
  return own.flatMap(({ seedIndex, value }) => {
    const theirs = values.get(seedIndex) ?? null;
    return value === null || theirs === null ? [] : [[value, theirs] as const];
  });
}

function improvementOf(
  own: Seeds,
  other: Seeds,
  drawn: (own: readonly number[], other: readonly number[]) => ImprovementDraws,
): Interval {
  const [a, b] = [own, other].map((seeds) => seeds.map((each) => each.map(({ score }) => score)));
  const [sizesA, sizesB] = [a, b].map((table) => table.map(({ length }) => length));
  return probabilityOfImprovement(a, b, drawn(sizesA, sizesB));
}

/** Over the scenarios on which every method has a cell, by mean score. */
export function rankStatistics(methods: readonly MethodScores[]): RankStatistics | null {
  const scenarios = [...(methods[0]?.scenarios.keys() ?? [])].filter((scenario) =>
    methods.every((own) => own.scenarios.has(scenario)),
  );
  const meanScore = (own: MethodScores, scenario: string) =>
    mean(own.scenarios.get(scenario)!.map(({ score }) => score));
  return criticalDifference(
    methods.map(({ method }) => method),
    scenarios.map((scenario) => methods.map((own) => meanScore(own, scenario))),
  );
}

/** Tables of the same shape share their draws, so that they are made once. */
function drawnOnce<Sizes extends readonly (readonly number[])[], Draws>(
  draw: (...sizes: Sizes) => Draws,
): (...sizes: Sizes) => Draws {
  const known = new Map<string, Draws>();
  return (...sizes) => {
    const key = JSON.stringify(sizes);
    const draws = known.get(key) ?? draw(...sizes);
    known.set(key, draws);
    return draws;
  };
}
