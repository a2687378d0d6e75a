/**
 * From cells to rows. A row is a method's mean over seeds on one scenario, best first. A summary is
 * a method over all scenarios.
 *
 * The order of methods on a scenario; equal rows share a rank:
 *
 * 1. feasible on every seed, by mean value;
 * 2. infeasible on some seeds, fewer first;
 * 3. only infeasible plans, by mean bytes over the limit or mean throughput below the demand;
 * 4. no plan at all.
 */
import { type Bound, gapOf, type Shortfall } from "../../env/sim/evaluator/contract.ts";
import { type BoundFor, kindsOf } from "../cells/best-bound.ts";
import type { CellResult } from "../cells/cell.ts";
import { mean } from "../statistics/averages.ts";

export interface Row {
  readonly method: string;
  readonly methodName: string;
  readonly kind: CellResult["kind"];
  /** 1 for the best; equal rows share the smaller rank. */
  readonly rank: number;
  readonly seeds: number;
  readonly feasibleSeeds: number;
  /** Mean, best and worst value over the feasible seeds; null where there is none. */
  readonly mean: number | null;
  readonly best: number | null;
  readonly worst: number | null;
  /**
   * `mean / bound - 1`; null unless every seed is feasible, because a mean over some seeds
   * flatters.
   */
  readonly gap: number | null;
  readonly bound: number;
  readonly boundArgument: string;
  /** Mean over the seeds that have a plan, of the fullest device. */
  readonly peakBytes: number | null;
  /** Means over the seeds. */
  readonly simulations: number;
  readonly evaluations: number;
  /** The worst violation over seeds, where a seed has one. */
  readonly violation: CellResult["violation"];
  /** The largest shortfall over seeds, where a seed has one. */
  readonly shortfall: Shortfall | null;
  readonly failure: string | null;
  /** Of the first seed that has any. */
  readonly facts: CellResult["facts"];
  readonly optimalAmong: string | null;
  readonly pretraining: CellResult["pretraining"];
  /** Of agents: mean value of the policies' own plans that fit, and of how many seeds. */
  readonly ownPlans: { readonly mean: number | null; readonly feasibleSeeds: number } | null;
  readonly timeLimited: boolean;
  /** Index into `CompareReport.cells` of the best seed, null where no seed has a plan. */
  readonly bestCell: number | null;
}

export interface MethodSummary {
  readonly method: string;
  readonly methodName: string;
  readonly kind: CellResult["kind"];
  /** Mean over scenarios of the rank on each. */
  readonly meanRank: number;
  /** Mean gap over the scenarios where every seed is feasible and the bound is above zero. */
  readonly meanGap: number | null;
  readonly scenarios: number;
  /** Scenarios where every seed is feasible. */
  readonly feasibleScenarios: number;
  /** Scenarios on which no other method is better. */
  readonly wins: number;
}

export interface IndexedCell {
  readonly index: number;
  readonly cell: CellResult;
}

/**
 * Values that differ by less than this share are equal. Sums of floats in another order differ in
 * the last digits.
 */
const SAME = 1e-9;

/** One row for each method, best first. `cells` are all of one scenario. */
export function rankRows(cells: readonly IndexedCell[], boundFor: BoundFor): Row[] {
  const rows = [...groupBy(cells, ({ cell }) => cell.method).values()].map((group) => {
    const row = rowOf(group, boundFor(kindsOf(group.map(({ cell }) => cell))));
    return { row, excess: meanExcess(group) };
  });
  rows.sort((a, b) => order(a, b) || compareText(a.row.method, b.row.method));
  let rank = 1;
  return rows.map((entry, position) => {
    if (position > 0 && order(rows[position - 1], entry) !== 0) rank = position + 1;
    return { ...entry.row, rank };
  });
}

/**
 * One entry for each method over the rows of all scenarios, best mean rank first. Methods that ran
 * on fewer scenarios than others come after them, as their ranks do not compare.
 */
export function summarise(tables: readonly (readonly Row[])[]): MethodSummary[] {
  const rows = tables.flat();
  return [...groupBy(rows, ({ method }) => method).values()]
    .map((own): MethodSummary => {
      const gaps = own.map(({ gap }) => gap).filter((gap) => gap !== null);
      return {
        method: own[0].method,
        methodName: own[0].methodName,
        kind: own[0].kind,
        meanRank: mean(own.map(({ rank }) => rank)),
        meanGap: gaps.length === 0 ? null : mean(gaps),
        scenarios: own.length,
        feasibleScenarios: own.filter(({ seeds, feasibleSeeds }) => seeds === feasibleSeeds).length,
        wins: own.filter(({ rank, mean: value }) => rank === 1 && value !== null).length,
      };
    })
    .sort(
      (a, b) =>
        b.scenarios - a.scenarios ||
        a.meanRank - b.meanRank ||
        (a.meanGap ?? Number.POSITIVE_INFINITY) - (b.meanGap ?? Number.POSITIVE_INFINITY) ||
        compareText(a.method, b.method),
    );
}

function rowOf(group: readonly IndexedCell[], bound: Bound): Omit<Row, "rank"> {
  const cells = group.map(({ cell }) => cell);
  const values = cells.map(({ value }) => value).filter((value) => value !== null);
  const peaks = cells.map(({ largestPeakBytes }) => largestPeakBytes).filter((bytes) => bytes !== null);
  const average = values.length === 0 ? null : mean(values);
  return {
    method: cells[0].method,
    methodName: cells[0].methodName,
    kind: cells[0].kind,
    seeds: cells.length,
    feasibleSeeds: values.length,
    mean: average,
    best: values.length === 0 ? null : Math.min(...values),
    worst: values.length === 0 ? null : Math.max(...values),
    gap: values.length < cells.length ? null : gapOf(average, bound.value),
    bound: bound.value,
    boundArgument: bound.argument,
    peakBytes: peaks.length === 0 ? null : mean(peaks),
    simulations: mean(cells.map(({ simulations }) => simulations)),
    evaluations: mean(cells.map(({ evaluations }) => evaluations)),
    violation: worstViolation(cells),
    shortfall: worstShortfall(cells),
    failure: cells.find(({ failure }) => failure !== null)?.failure ?? null,
    facts: cells.find(({ facts }) => facts.length > 0)?.facts ?? [],
    optimalAmong: cells[0].optimalAmong,
    pretraining: cells[0].pretraining,
    ownPlans: ownPlansOf(cells),
    timeLimited: cells.some(({ ended }) => ended === "clock"),
    bestCell: bestCell(group),
  };
}

function ownPlansOf(cells: readonly CellResult[]): Row["ownPlans"] {
  const own = cells.flatMap(({ ownPlan }) => ownPlan ?? []);
  if (own.length === 0) return null;
  const values = own.flatMap(({ value }) => value ?? []);
  return { mean: values.length === 0 ? null : mean(values), feasibleSeeds: values.length };
}

interface Ranked {
  readonly row: Omit<Row, "rank">;
  /** Mean of `excessOf`; `Infinity` where a seed has no plan at all. */
  readonly excess: number;
}

function order(a: Ranked, b: Ranked): number {
  const infeasibleA = a.row.seeds - a.row.feasibleSeeds;
  const infeasibleB = b.row.seeds - b.row.feasibleSeeds;
  const none = Number(a.row.feasibleSeeds === 0) - Number(b.row.feasibleSeeds === 0);
  if (none !== 0) return none;
  if (a.row.mean === null || b.row.mean === null) return compareNumbers(a.excess, b.excess);
  return infeasibleA - infeasibleB || compareNumbers(a.row.mean, b.row.mean);
}

function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a - b;
  return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b)) ? 0 : a - b;
}

/** `4.5`, or `1.0 on 1` of a method that did not run on all of the scenarios. */
export const meanRankText = ({ meanRank, scenarios }: MethodSummary, scenarioCount: number): string =>
  `${meanRank.toFixed(1)}${scenarios < scenarioCount ? ` on ${scenarios}` : ""}`;

/** By code units, so that no locale can change the order. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function meanExcess(group: readonly IndexedCell[]): number {
  return mean(group.filter(({ cell }) => cell.value === null).map(({ cell }) => excessOf(cell)));
}

/**
 * Bytes over the limit, or samples per second below the demand; infinite where there is no plan.
 */
const excessOf = ({ violation, shortfall }: CellResult): number =>
  violation?.excessBytes ?? (shortfall === undefined ? Number.POSITIVE_INFINITY : missingOf(shortfall));

const missingOf = ({ demandedPerSecond, samplesPerSecond }: Shortfall) =>
  demandedPerSecond - samplesPerSecond;

function worstShortfall(cells: readonly CellResult[]): Shortfall | null {
  let worst: Shortfall | null = null;
  for (const { shortfall } of cells)
    if (shortfall !== undefined && missingOf(shortfall) > (worst === null ? 0 : missingOf(worst)))
      worst = shortfall;
  return worst;
}

function worstViolation(cells: readonly CellResult[]): CellResult["violation"] {
  let worst: CellResult["violation"] = null;
  for (const { violation } of cells)
    if (violation !== null && violation.excessBytes > (worst?.excessBytes ?? -1)) worst = violation;
  return worst;
}

/** The feasible cell of least value, else the plan of least excess. */
function bestCell(group: readonly IndexedCell[]): number | null {
  const planned = group.filter(({ cell }) => cell.plan !== null);
  if (planned.length === 0) return null;
  const key = ({ cell }: IndexedCell) => [cell.value === null ? 1 : 0, cell.value ?? excessOf(cell)];
  return planned.reduce((best, next) => {
    const [a, b] = [key(best), key(next)];
    return b[0] < a[0] || (b[0] === a[0] && b[1] < a[1]) ? next : best;
  }).index;
}

export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
