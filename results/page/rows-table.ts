/** The table of one scenario: a row for each method, best first. */
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import type { Row } from "../comparison/ranking.ts";
import { meanTimes, memoryTitle, remarksOf, tableScale, valueText } from "../comparison/row-text.ts";
import { formatBytes, formatCount, formatGap, formatOn, formatSeconds, type Scale } from "../format.ts";
import { type Fragment, html, lines, type Markup } from "./markup.ts";
import { columnHead, methodName, scrollBox } from "./parts.ts";
import type { MethodColours } from "./style.ts";

interface Column {
  readonly title: string;
  /** The cell of a row, with its `td` or `th`. */
  readonly cell: (row: Row) => Markup;
}

export function rowsTable(report: CompareReport, table: ScenarioTable, colours: MethodColours): Markup {
  const { seeds } = report.request;
  const columns = columnsOf(report, table, colours);
  const body = table.rows.map((row) => html`<tr>\n${lines(columns.map(({ cell }) => cell(row)))}</tr>`);
  const markup = html`<table class="rows">
<caption>Methods by gap${seeds > 1 ? `, mean over ${seeds} seeds` : ""}</caption>
<thead><tr>
${lines(columns.map(({ title }) => columnHead(title)))}</tr></thead>
<tbody>
${lines(body)}</tbody>
</table>`;
  return scrollBox(`Methods on ${table.scenario}, best first`, markup);
}

function columnsOf(report: CompareReport, table: ScenarioTable, colours: MethodColours): Column[] {
  const scale = tableScale(table);
  const onScale = orDash<number>((value) => formatOn(scale, value));
  const cpuSeconds = (row: Row) => formatSeconds(meanTimes(report, table, row).cpuSeconds);
  return [
    { title: "#", cell: ({ rank }) => plain(rank) },
    { title: "method", cell: (row) => methodCell(row, colours, scale) },
    { title: `${table.objective} ${scale.unit}`, cell: (row) => plain(valueText(row, scale)) },
    ...(report.request.seeds > 1 ? rangeColumns(scale) : []),
    { title: "bound", cell: ({ bound }) => plain(onScale(bound)) },
    { title: "gap", cell: ({ gap }) => plain(orDash(formatGap)(gap)) },
    { title: memoryTitle(table), cell: ({ peakBytes }) => plain(orDash(formatBytes)(peakBytes)) },
    { title: "simulations", cell: ({ simulations }) => plain(formatCount(simulations)) },
    { title: "evaluations", cell: ({ evaluations }) => plain(formatCount(evaluations)) },
    { title: "CPU s", cell: (row) => html`<td class="time">${cpuSeconds(row)}</td>` },
    { title: "seeds", cell: ({ seeds }) => plain(seeds) },
  ];
}

/** Over seeds, where there are several. */
function rangeColumns(scale: Scale): Column[] {
  const onScale = orDash<number>((value) => formatOn(scale, value));
  return [
    { title: "best", cell: ({ best }) => plain(onScale(best)) },
    { title: "worst", cell: ({ worst }) => plain(onScale(worst)) },
  ];
}

const plain = (content: Fragment): Markup => html`<td>${content}</td>`;

const orDash =
  <T>(format: (value: T) => string) =>
  (value: T | null): string =>
    value === null ? "-" : format(value);

/** Remarks are under the method's name, so that the columns of numbers keep their room. */
function methodCell(row: Row, colours: MethodColours, scale: Scale): Markup {
  const { method, kind, violation } = row;
  const remarks = remarksOf(row, scale);
  if (violation !== null)
    remarks.unshift(`${violation.device} needs ${formatBytes(violation.excessBytes)} more than it has`);
  const small = remarks.length === 0 ? null : html`<small>${remarks.join("; ")}</small>`;
  return html`<th scope="row">${methodName(method, kind, colours.of(method))}${small}</th>`;
}
