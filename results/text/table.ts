/**
 * A comparison as plain text: one aligned table for each scenario, best method first, and a summary
 * over all. No colours (the command line adds them) and no clock readings but the column `CPU s`.
 */
import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import { meanRankText, type Row } from "../comparison/ranking.ts";
import { meanTimes, memoryTitle, remarksOf, tableScale, valueText } from "../comparison/row-text.ts";
import { overallVerdict, verdictOf } from "../comparison/verdict.ts";
import {
  formatBytes,
  formatCount,
  formatGap,
  formatOn,
  formatSeconds,
  formatValue,
  type Scale,
} from "./format.ts";
import { visibleName } from "./visible.ts";

export function formatTable(report: CompareReport): string {
  const sections = report.scenarios.map((table) => scenarioText(report, table));
  if (report.scenarios.length > 1) sections.push(summaryText(report));
  if (report.warnings.length > 0) sections.push(report.warnings.map((w) => `Warning: ${w}`).join("\n"));
  if (!report.complete) sections.push("Stopped early: cells that had not started are missing.");
  return `${sections.join("\n\n")}\n`;
}

export interface Column<T> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly text: (entry: T) => string;
}

function scenarioText(report: CompareReport, table: ScenarioTable): string {
  const { scenario, objective, unit, bound, boundArgument, rows } = table;
  const scale = tableScale(table);
  const several = report.request.seeds > 1;
  const overfull = rows.some(({ violation }) => violation !== null);
  const columns: Column<Row>[] = [
    { title: "#", align: "right", text: ({ rank }) => String(rank) },
    { title: "method", align: "left", text: ({ method }) => method },
    { title: `${objective} ${scale.unit}`, align: "right", text: (row) => valueText(row, scale) },
    ...(several ? [{ title: "best", align: "right", text: bestText(scale) } as const] : []),
    { title: "bound", align: "right", text: (row) => formatOn(scale, row.bound) },
    { title: "gap", align: "right", text: ({ gap }) => (gap === null ? "-" : formatGap(gap)) },
    {
      title: memoryTitle(table),
      align: "right",
      text: ({ peakBytes }) => (peakBytes === null ? "-" : formatBytes(peakBytes)),
    },
    { title: "simulations", align: "right", text: ({ simulations }) => formatCount(simulations) },
    { title: "evaluations", align: "right", text: ({ evaluations }) => formatCount(evaluations) },
    {
      title: "CPU s",
      align: "right",
      text: (row) => formatSeconds(meanTimes(report, table, row).cpuSeconds),
    },
    { title: "seeds", align: "right", text: ({ seeds }) => String(seeds) },
    ...(overfull ? [{ title: "over memory", align: "left", text: violationText } as const] : []),
  ];
  const remarks = rows.flatMap((row) => {
    const said = remarksOf(row, scale);
    return said.length === 0 ? [] : [visibleName(`  ${row.method}: ${said.join("; ")}`)];
  });
  return [
    `${scenario}: bound ${formatValue(unit, bound)} (${boundArgument})`,
    ...unknownWorkLines(table.unknownWork).map((line) => `  ${line}`),
    ...aligned(columns, rows),
    ...remarks,
    verdictOf(table),
  ].join("\n");
}

function summaryText({ methods, scenarios }: CompareReport): string {
  const columns: Column<(typeof methods)[number]>[] = [
    { title: "method", align: "left", text: ({ method }) => method },
    { title: "mean rank", align: "right", text: (summary) => meanRankText(summary, scenarios.length) },
    {
      title: "mean gap",
      align: "right",
      text: ({ meanGap }) => (meanGap === null ? "-" : formatGap(meanGap)),
    },
    { title: "best on", align: "right", text: ({ wins }) => String(wins) },
    { title: "feasible on", align: "right", text: (m) => `${m.feasibleScenarios} of ${m.scenarios}` },
  ];
  const partial = methods.some(({ feasibleScenarios, scenarios: all }) => feasibleScenarios < all);
  return [
    `All ${scenarios.length} scenarios`,
    ...aligned(columns, methods),
    ...(partial
      ? ["  The mean gap leaves out scenarios on which a method is infeasible; its rank there counts."]
      : []),
    overallVerdict(methods, scenarios.length),
  ]
    .filter(Boolean)
    .join("\n");
}

const bestText = (scale: Scale) => (row: Row) => (row.best === null ? "-" : formatOn(scale, row.best));

const violationText = ({ violation }: Row) =>
  violation === null ? "" : `${violation.device} +${formatBytes(violation.excessBytes)}`;

/** Lines of a table, indented. */
export function aligned<T>(columns: readonly Column<T>[], entries: readonly T[]): string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...entries.map((e) => columns.map(({ text }) => visibleName(text(e)))),
  ];
  const widths = columns.map((_, c) => Math.max(...cells.map((line) => line[c].length)));
  return cells.map((line) =>
    `  ${line.map((text, c) => pad(text, widths[c], columns[c].align)).join("  ")}`.trimEnd(),
  );
}

const pad = (text: string, width: number, align: "left" | "right"): string =>
  align === "left" ? text.padEnd(width) : text.padStart(width);
