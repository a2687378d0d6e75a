/**
 * An evaluation as plain text: one aligned table for each budget class, best score first, and a
 * sentence on which methods are not told apart. No colours, and no clock readings but the column
 * `CPU s`.
 */
import { budgetText } from "../page/board/data/budget-text.ts";
import { formatSeconds } from "../text/format.ts";
import { aligned, type Column } from "../text/table.ts";
import { budgetView } from "./budget-view.ts";
import type { Evaluated } from "./evaluate.ts";
import {
  feasibleText,
  gapText,
  groupsText,
  intervalText,
  type MethodRow,
  methodRows,
  rankText,
  scoreText,
} from "./method-rows.ts";

export function formatEvaluation(evaluated: Evaluated): string {
  const { report } = evaluated;
  const sections = report.budgets.map((_, place) => budgetSection(evaluated, place));
  if (report.warnings.length > 0)
    sections.push(report.warnings.map((warning) => `Warning: ${warning}`).join("\n"));
  if (!report.complete) sections.push("Cells are missing or failed; the tables are of those that ended.");
  return `${sections.join("\n\n")}\n`;
}

const columns: readonly Column<MethodRow>[] = [
  { title: "method", align: "left", text: ({ method }) => method },
  { title: "IQM score", align: "right", text: ({ iqm }) => scoreText(iqm.value) },
  { title: "95% interval", align: "right", text: ({ iqm }) => intervalText(iqm) },
  { title: "mean gap", align: "right", text: gapText },
  { title: "rank", align: "right", text: rankText },
  { title: "feasible cells", align: "right", text: feasibleText },
  { title: "CPU s", align: "right", text: ({ cpuSeconds }) => formatSeconds(cpuSeconds) },
];

function budgetSection(evaluated: Evaluated, place: number): string {
  const { report } = evaluated;
  const own = report.budgets[place];
  const name = budgetText(own.budget);
  if (own.methods.length === 0) return `${name}: no cell has ended`;
  const { scenarios } = own;
  const { seeds } = report.request;
  const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return [
    `${name}: ${many(scenarios.length, "scenario")}, ${many(seeds, "seed")}`,
    ...aligned(columns, methodRows(own, budgetView(evaluated, place))),
    groupsText(own),
  ]
    .filter(Boolean)
    .join("\n");
}
