/** One budget class of an evaluation as a comparison, for all that shows comparisons. */
import type { CellResult } from "../cells/cell.ts";
import { budgetText } from "../cells/cell-content.ts";
import { COMPARE_FORMAT, type CompareReport } from "../comparison/compare.ts";
import { summarise } from "../comparison/ranking.ts";
import type { Evaluated } from "./evaluate.ts";

/** Cells of the view are those of the budget, and rows index into them. */
export function budgetView({ report, times }: Evaluated, place: number): CompareReport {
  const { request } = report;
  const { budget, scenarios } = report.budgets[place];
  const text = budgetText(budget);
  const indices = report.cells.flatMap((cell, i) => (budgetText(cell.budget) === text ? [i] : []));
  const first = indices[0] ?? 0;
  const tables = scenarios.map((table) => ({
    ...table,
    rows: table.rows.map((row) => ({
      ...row,
      bestCell: row.bestCell === null ? null : row.bestCell - first,
    })),
  }));
  const { scenarios: names, methods, seeds, seed, objective, backend } = request;
  return {
    format: COMPARE_FORMAT,
    request: { scenarios: names, methods, seeds, seed, budget, objective, backend },
    complete: report.complete,
    scenarios: tables,
    methods: summarise(tables.map(({ rows }) => rows)),
    cells: indices.map((i): CellResult => report.cells[i]),
    warnings: [],
    times: { seconds: times.seconds, cells: indices.map((i) => times.cells[i]) },
  };
}
