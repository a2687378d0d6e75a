/**
 * Scores of cells: the bound of the scenario over the value, 0 where no plan fits. All methods of a
 * scenario have the same bound, the best one known for all plan kinds there. The cells are of one
 * budget.
 */
import { bestKnownBound, kindsOf } from "../cells/best-bound.ts";
import type { CellResult } from "../cells/cell.ts";
import { groupBy } from "../comparison/ranking.ts";

export type BoundOf = (scenario: string) => number;

/** The seeds of one method on one scenario, by seed index. */
export interface ScoredSeed {
  readonly seedIndex: number;
  readonly score: number;
  readonly value: number | null;
  readonly bound: number;
  /** The method's own, where it is of the same unit as the value. */
  readonly estimate: number | null;
}

export interface MethodScores {
  readonly method: string;
  /** By scenario, in the order of their names; those without a cell are not there. */
  readonly scenarios: ReadonlyMap<string, readonly ScoredSeed[]>;
}

/** The best bounds that the cells themselves know. */
export function boundsOfCells(cells: readonly CellResult[]): BoundOf {
  const bounds = new Map(
    [...groupBy(cells, ({ scenario }) => scenario)].map(([scenario, own]) => [
      scenario,
      bestKnownBound(own, [])(kindsOf(own)).value,
    ]),
  );
  return (scenario) => bounds.get(scenario)!;
}

/** One entry for each method, in the order in which the cells first name them. */
export function scoresOf(
  cells: readonly CellResult[],
  boundOf: BoundOf = boundsOfCells(cells),
): MethodScores[] {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))].sort();
  return [...groupBy(cells, ({ method }) => method)].map(([method, own]) => {
    const byScenario = groupBy(own, ({ scenario }) => scenario);
    const seedsOn = (scenario: string) =>
      byScenario
        .get(scenario)!
        .map((cell) => scored(cell, boundOf(scenario)))
        .sort((a, b) => a.seedIndex - b.seedIndex);
    const withCells = scenarios.filter((scenario) => byScenario.has(scenario));
    return { method, scenarios: new Map(withCells.map((scenario) => [scenario, seedsOn(scenario)])) };
  });
}

function scored({ seedIndex, value, unit, estimate }: CellResult, bound: number): ScoredSeed {
  const own = estimate !== null && estimate.unit === unit ? estimate.value : null;
  return { seedIndex, score: scoreOf(value, bound), value, bound, estimate: own };
}

/** Bounds of solvers are off by rounding, so a proven optimum may lie a hair below its bound. */
export function scoreOf(value: number | null, bound: number): number {
  if (value === null) return 0;
  return value <= bound ? 1 : bound / value;
}
