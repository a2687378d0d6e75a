/**
 * The report of an evaluation from its cells. A bound that any cell proved on a scenario counts for
 * all budgets, so that gaps and scores of two classes compare.
 */
import type { CellResult, CellTimes } from "../cells/cell.ts";
import { budgetText } from "../cells/cell-content.ts";
import { type ScenarioTable, scenarioBounds, tablesOf } from "../comparison/compare.ts";
import { groupBy } from "../comparison/ranking.ts";
import { cellStatistics } from "../statistics/cell-statistics.ts";
import {
  type BudgetReport,
  EVALUATION_FORMAT,
  type EvaluationReport,
  type EvaluationRequest,
} from "./contract.ts";

export interface EvaluatedCell {
  readonly result: EvaluationReport["cells"][number];
  readonly times: CellTimes;
}

/** `outcomes` are in the order of the report; some may be missing. */
export function reportOf(
  request: EvaluationRequest,
  outcomes: readonly EvaluatedCell[],
  hasAll: boolean,
): EvaluationReport {
  const results = outcomes.map(({ result }) => result);
  const warnings: string[] = [];
  const bounds = scenarioBounds(results, warnings);
  const byBudget = groupBy(results, ({ budget }) => budgetText(budget));
  const budgets: BudgetReport[] = [];
  const cells: EvaluationReport["cells"][number][] = [];
  for (const budget of request.budgets) {
    const own = byBudget.get(budgetText(budget)) ?? [];
    const tables = tablesOf(own, bounds, cells.length);
    cells.push(...tables.cells.map((cell) => ({ ...cell, budget })));
    budgets.push({ budget, scenarios: tables.scenarios, ...statisticsOf(tables.cells, tables.scenarios) });
  }
  const failed = results.filter(({ ended }) => ended === "fault").length;
  return {
    format: EVALUATION_FORMAT,
    request,
    complete: hasAll && failed === 0,
    budgets,
    cells,
    warnings: [...warnings, ...(failed === 0 ? [] : [`${failed} of ${results.length} cells failed.`])],
  };
}

/** Scores of all methods of a table go by the table's bound. */
function statisticsOf(
  cells: readonly CellResult[],
  tables: readonly ScenarioTable[],
): Pick<BudgetReport, "methods" | "pairs" | "ranks"> {
  const bounds = new Map(tables.map(({ scenario, bound }) => [scenario, bound]));
  return cellStatistics(cells, (scenario) => bounds.get(scenario)!);
}
