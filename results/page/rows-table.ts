/** The table of one scenario: a row for each method, best first. The gap stands beside the name. */
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import type { Row } from "../comparison/ranking.ts";
import { meanTimes, memoryTitle, remarksOf, tableScale, valueText } from "../comparison/row-text.ts";
import { formatBytes, formatCount, formatGap, formatOn, formatSeconds, type Scale } from "../text/format.ts";
import type { MethodMarks } from "./marks.ts";
import { element, html, lines, type Markup } from "./markup.ts";
import { columnHead, methodName, numberCell, scrollBox } from "./parts.ts";

interface Column {
  readonly title: string;
  readonly kind?: "name";
  /** The cell of a row, with its `td` or `th`. */
  readonly cell: (row: Row) => Markup;
}

export function rowsTable(report: CompareReport, table: ScenarioTable, marks: MethodMarks): Markup {
  const { seeds } = report.request;
  const columns = columnsOf(report, table, marks);
  const body = table.rows.map((row) =>
    element(
      "tr",
      { "data-m": String(marks.of(row.method).index) },
      "\n",
      lines(columns.map(({ cell }) => cell(row))),
    ),
  );
  const markup = html`<table class="rows sortable">
<caption>Methods by gap${seeds > 1 ? `, mean over ${seeds} seeds` : ""}</caption>
<thead><tr>
${lines(columns.map(({ title, kind }) => columnHead(title, kind)))}</tr></thead>
<tbody>
${lines(body)}</tbody>
</table>`;
  return scrollBox(`Methods on ${table.scenario}, best first`, markup);
}

function columnsOf(report: CompareReport, table: ScenarioTable, marks: MethodMarks): Column[] {
  const scale = tableScale(table);
  const onScale = orDash<number>((value) => formatOn(scale, value));
  const cpuSeconds = (row: Row) => meanTimes(report, table, row).cpuSeconds;
  return [
    { title: "#", cell: ({ rank }) => numberCell(rank, rank) },
    { title: "method", kind: "name", cell: (row) => methodCell(row, marks, scale) },
    { title: "gap", cell: ({ gap }) => numberCell(orDash(formatGap)(gap), gap) },
    { title: `${table.objective} ${scale.unit}`, cell: (row) => numberCell(valueText(row, scale), row.mean) },
    ...(report.request.seeds > 1 ? rangeColumns(scale) : []),
    { title: "bound", cell: ({ bound }) => numberCell(onScale(bound), bound) },
    {
      title: memoryTitle(table),
      cell: ({ peakBytes }) => numberCell(orDash(formatBytes)(peakBytes), peakBytes),
    },
    { title: "simulations", cell: ({ simulations }) => numberCell(formatCount(simulations), simulations) },
    { title: "evaluations", cell: ({ evaluations }) => numberCell(formatCount(evaluations), evaluations) },
    { title: "CPU s", cell: (row) => numberCell(formatSeconds(cpuSeconds(row)), cpuSeconds(row), "time") },
    { title: "seeds", cell: ({ seeds }) => numberCell(seeds, seeds) },
  ];
}

/** Over seeds, where there are several. */
function rangeColumns(scale: Scale): Column[] {
  const onScale = orDash<number>((value) => formatOn(scale, value));
  return [
    { title: "lowest", cell: ({ best }) => numberCell(onScale(best), best) },
    { title: "highest", cell: ({ worst }) => numberCell(onScale(worst), worst) },
  ];
}

const orDash =
  <T>(format: (value: T) => string) =>
  (value: T | null): string =>
    value === null ? "-" : format(value);

/** Remarks are under the method's name, so that the columns of numbers keep their room. */
function methodCell(row: Row, marks: MethodMarks, scale: Scale): Markup {
  const { method, kind, violation } = row;
  const remarks = remarksOf(row, scale);
  if (violation !== null)
    remarks.unshift(`${violation.device} needs ${formatBytes(violation.excessBytes)} more than it has`);
  const small = remarks.length === 0 ? null : html`<small>${remarks.join("; ")}</small>`;
  return html`<th scope="row" class="name">${methodName(method, kind, marks.of(method))}${small}</th>`;
}
