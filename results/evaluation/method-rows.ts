/** What a reader sees of a method at one budget: the same on the terminal and on the page. */
import type { CompareReport } from "../comparison/compare.ts";
import type { Interval, MethodStatistics, PairedStatistics } from "../statistics/contract.ts";
import { formatGap } from "../text/format.ts";
import type { BudgetReport } from "./contract.ts";

export interface MethodRow extends MethodStatistics {
  /** Mean over the scenarios, null where ranks are not compared. */
  readonly meanRank: number | null;
  /** Mean of a cell, from a clock. */
  readonly cpuSeconds: number;
}

/** `view` is of the same budget. */
export function methodRows({ methods, ranks }: BudgetReport, view: CompareReport): MethodRow[] {
  const rankOf = new Map(ranks?.meanRanks.map(({ method, meanRank }) => [method, meanRank]));
  return methods.map((statistics) => {
    const own = view.times.cells.filter((_, i) => view.cells[i].method === statistics.method);
    const cpuSeconds = own.reduce((sum, times) => sum + times.cpuSeconds, 0) / own.length;
    return { ...statistics, meanRank: rankOf.get(statistics.method) ?? null, cpuSeconds };
  });
}

export const scoreText = (score: number): string => score.toFixed(3);

export const intervalText = ({ low, high }: Interval): string => `${scoreText(low)} to ${scoreText(high)}`;

export const gapText = ({ meanGap }: MethodStatistics): string =>
  meanGap === null ? "-" : formatGap(meanGap);

export const rankText = ({ meanRank }: MethodRow): string => (meanRank === null ? "-" : meanRank.toFixed(1));

export const feasibleText = ({ feasibleCells, cells }: MethodStatistics): string =>
  `${feasibleCells} of ${cells}`;

/** Which methods the scenarios do not tell apart from the first one. */
export function groupsText({ ranks, methods }: BudgetReport): string {
  if (methods.length < 2) return "";
  if (ranks === null) return "Ranks are compared over two scenarios at least.";
  const { groups, criticalDifference, friedman, meanRanks } = ranks;
  const [first] = meanRanks;
  const beside = (groups[0] ?? []).filter((method) => method !== first.method);
  const difference = `critical difference ${criticalDifference.toFixed(2)}`;
  if (friedman.pValue > 0.05)
    return `No two methods are told apart by their ranks (Friedman p = ${friedman.pValue.toFixed(3)}).`;
  if (beside.length === 0)
    return `${first.method} has the lowest mean rank, and all others are told apart from it (${difference}).`;
  return `${first.method} has the lowest mean rank; not told apart from it (${difference}): ${beside.join(", ")}.`;
}

/** A pair whose interval of improvement leaves out one half. */
export const isTold = ({ improvement: { low, high } }: PairedStatistics): boolean => low > 0.5 || high < 0.5;
