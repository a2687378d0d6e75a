/**
 * How a tuning spends its budget, and how it judges trials.
 *
 * Random search gives every trial the same. Successive halving (Jamieson and Talwalkar,
 * "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016) has
 * rungs: each has an equal part of the budget, and the best third of its trials goes on to the
 * next. Ours starts every trial anew in each rung, because not every method can go on. The method
 * as given goes on to the last rung whatever it does, so that the winner has it beside it.
 *
 * A trial's excess on a scenario is how far its best plan's cost is above the lowest of the rung
 * there. Its score is the mean over scenarios and seeds. The cost of a plan that does not fit is
 * its penalty.
 */
import { InputError } from "../../env/model/errors.ts";
import type { CellResult } from "../cells/cell.ts";
import { groupBy } from "../comparison/ranking.ts";

export const strategies = ["random", "halving"] as const;
export type Strategy = (typeof strategies)[number];

/** Of the trials of a rung, one in so many goes on, and one more for the method as given. */
const KEPT_ONE_IN = 3;

/** The trials that go on: the best, with the method as given among them. */
export function survivors(rows: readonly TrialRow[], given: string, size: number): string[] {
  const best = rows.slice(0, size).map(({ spec }) => spec);
  return best.includes(given) ? best : [...best.slice(0, size - 1), given];
}

/** Trials of each rung, the first one first. */
export function rungSizes(strategy: Strategy, trials: number): number[] {
  if (strategy === "random") return [trials];
  const sizes = [trials];
  while (sizes[sizes.length - 1] > KEPT_ONE_IN + 1)
    sizes.push(Math.ceil(sizes[sizes.length - 1] / KEPT_ONE_IN) + 1);
  return sizes;
}

/** Simulations of each cell, by rung. Throws `InputError` where a cell would have less than one. */
export function cellBudgets(sizes: readonly number[], simulations: number, cellsPerTrial: number): number[] {
  return sizes.map((trials) => {
    const each = Math.floor(simulations / sizes.length / (trials * cellsPerTrial));
    if (each >= 1) return each;
    const needed = sizes.length * Math.max(...sizes) * cellsPerTrial;
    throw new InputError(
      `A budget of ${simulations} simulations is less than one for each cell; expected at least ${needed}.`,
    );
  });
}

export interface TrialRow {
  readonly spec: string;
  /** Mean excess over the lowest cost of the rung; null where it scored no plan. */
  readonly score: number | null;
  /** Mean gap to the bound, null where a cell has none. */
  readonly gap: number | null;
  /** Cells whose best plan fits. */
  readonly feasible: number;
  readonly cells: number;
  readonly simulations: number;
}

type Judged = Pick<CellResult, "scenario" | "method" | "curve" | "gap" | "feasible" | "simulations">;

/** Rows of a rung, best first; equal ones in the order of `specs`. */
export function judged(specs: readonly string[], cells: readonly Judged[]): TrialRow[] {
  const costOf = ({ curve }: Judged) => curve.at(-1)?.cost ?? null;
  const lowest = new Map(
    [...groupBy(cells, ({ scenario }) => scenario)].map(([scenario, own]) => {
      const costs = own.map(costOf).filter((cost) => cost !== null);
      return [scenario, costs.length === 0 ? null : Math.min(...costs)];
    }),
  );
  const excess = (cell: Judged): number | null => {
    const [cost, least] = [costOf(cell), lowest.get(cell.scenario) ?? null];
    if (cost === null || least === null) return null;
    return cost === least ? 0 : Math.min(MOST_EXCESS, cost / least - 1);
  };
  const byMethod = groupBy(cells, ({ method }) => method);
  const rows = specs.map((spec): TrialRow => {
    const own = byMethod.get(spec) ?? [];
    return {
      spec,
      score: meanOf(own.map(excess)),
      gap: meanOf(own.map(({ gap }) => gap)),
      feasible: own.filter(({ feasible }) => feasible).length,
      cells: own.length,
      simulations: own.reduce((sum, { simulations }) => sum + simulations, 0),
    };
  });
  return rows.sort((a, b) => rank(a) - rank(b));
}

/** Of what is above a cost of 0, which would be infinitely far away. */
const MOST_EXCESS = 1e12;
/** Trials without a plan come last. */
const rank = ({ score }: TrialRow): number => score ?? 2 * MOST_EXCESS;

function meanOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return (values as number[]).reduce((sum, value) => sum + value, 0) / values.length;
}
