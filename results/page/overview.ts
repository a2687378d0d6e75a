/**
 * The overview: a row for each scenario, what came out first, then the gap of each method, best
 * mean rank first. The whole page has one scale of colours, so the same tint means the same gap
 * everywhere. A second table sums the methods up.
 */
import { fileAddress } from "../../scenarios/file-address.ts";
import { isFault } from "../cells/failed-cell.ts";
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import { type MethodSummary, meanRankText, type Row } from "../comparison/ranking.ts";
import { winnersOf } from "../comparison/verdict.ts";
import { formatGap, formatValue } from "../text/format.ts";
import type { MethodMarks } from "./marks.ts";
import { element, html, lines, type Markup, px } from "./markup.ts";
import { columnHead, methodName, numberCell, scrollBox } from "./parts.ts";

/** `prefix` begins the ids of the sections of scenarios, where a page has several of these. */
export function overviewTable(
  { methods, scenarios }: CompareReport,
  marks: MethodMarks,
  prefix = "",
): Markup {
  const rows = scenarios.map((table, i) => overviewRow(table, anchor(i, prefix), methods, marks));
  const table = html`<table class="heat sortable">
<caption>Lowest value and bound of each scenario, then the gap of each method to the bound, \
mean over seeds. Lower is better; a star marks the lowest of a scenario.</caption>
<thead><tr>
${columnHead("scenario", "name")}
${columnHead("lowest gap")}
${columnHead("lowest value")}
${columnHead("bound")}
${columnHead("by", "name")}
${lines(methods.map((summary) => methodHead(summary, marks)))}</tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>`;
  return scrollBox("Gap of every method on every scenario", table);
}

const methodHead = ({ method, kind }: MethodSummary, marks: MethodMarks): Markup =>
  element(
    "th",
    { scope: "col", class: "method", "data-m": String(marks.of(method).index) },
    html`<span>${methodName(method, kind, marks.of(method))}</span>`,
  );

function overviewRow(
  table: ScenarioTable,
  id: string,
  methods: readonly MethodSummary[],
  marks: MethodMarks,
): Markup {
  const { rows, scenario, unit, bound } = table;
  const winners = winnersOf(table);
  const lowest = winners[0]?.mean ?? null;
  const gap = winners[0]?.gap ?? null;
  return html`<tr>
<th scope="row" class="name">${scenarioLink(scenario, id)}</th>
${numberCell(gap === null ? "-" : formatGap(gap), gap)}
${numberCell(lowest === null ? "none fits" : formatValue(unit, lowest), lowest)}
${numberCell(formatValue(unit, bound), bound)}
<td class="name">${byText(winners)}</td>
${lines(methods.map(({ method }) => heatCell(table, rowOf(rows, method), marks.of(method).index)))}</tr>`;
}

const rowOf = (rows: readonly Row[], method: string): Row | undefined =>
  rows.find((row) => row.method === method);

function byText(winners: readonly Row[]): string {
  if (winners.length === 0) return "-";
  return winners.length === 1 ? winners[0].method : `${winners.length} methods`;
}

function scenarioLink(scenario: string, id: string): Markup {
  return html`<a href="#${id}" title="${scenario}">${breakable(shortName(scenario))}</a>`;
}

export const anchor = (index: number, prefix = ""): string => `${prefix}scenario-${index + 1}`;

function heatCell({ unit }: ScenarioTable, row: Row | undefined, index: number): Markup {
  const place = { "data-m": String(index) };
  const plain = (text: string, kind: string) => element("td", { class: kind, ...place }, text);
  const empty = (text: string) => plain(text, "cell none");
  if (row === undefined) return empty("not run");
  if (row.mean === null) return empty(whyEmpty(row));
  const star = row.rank === 1 ? "★ " : "";
  if (row.gap === null) return plain(`${star}${gaplessText(row, unit)}`, "cell");
  const look = { style: `--w:${tint(row.gap)}%`, title: formatValue(unit, row.mean) };
  return element("td", { class: "cell", ...place, ...look }, `${star}${formatGap(row.gap)}`);
}

function whyEmpty({ failure, violation, shortfall }: Row): string {
  if (isFault(failure)) return "failed";
  if (violation !== null) return "memory";
  return shortfall === null ? "no plan" : "below the floor";
}

const gaplessText = ({ feasibleSeeds, seeds, mean }: Row, unit: ScenarioTable["unit"]): string =>
  feasibleSeeds < seeds ? `${feasibleSeeds} of ${seeds} seeds` : formatValue(unit, mean!);

/**
 * Percent of the warm colour: 0 at the bound, 70 from five times the bound on. The root tells small
 * gaps apart.
 */
const tint = (gap: number): number => px(35 * Math.sqrt(Math.min(4, Math.max(0, gap))));

/** Null for one scenario, whose own table says it all. */
export function methodsTable({ methods, scenarios }: CompareReport, marks: MethodMarks): Markup | null {
  if (scenarios.length < 2) return null;
  const rows = methods.map((summary) => methodRow(summary, scenarios.length, marks));
  const table = html`<table class="rows sortable">
<caption>Methods over all scenarios. A method that is infeasible on a scenario has a rank there, \
but no gap.</caption>
<thead><tr>
${columnHead("method", "name")}
${columnHead("mean gap")}
${columnHead("mean rank")}
${columnHead("lowest on")}
${columnHead("feasible on")}
</tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>`;
  return html`<h2>Methods</h2>
${scrollBox("Methods over all scenarios", table)}`;
}

function methodRow(summary: MethodSummary, scenarioCount: number, marks: MethodMarks): Markup {
  const { method, kind, meanGap, meanRank, wins, feasibleScenarios, scenarios } = summary;
  const mark = marks.of(method);
  return html`<tr data-m="${mark.index}">
<th scope="row" class="name">${methodName(method, kind, mark)}</th>
${numberCell(meanGapText(summary), meanGap)}
${numberCell(meanRankText(summary, scenarioCount), meanRank)}
${numberCell(wins, wins)}
${numberCell(`${feasibleScenarios} of ${scenarios}`, feasibleScenarios)}
</tr>`;
}

function meanGapText({ meanGap: gap, feasibleScenarios, scenarios }: MethodSummary): string {
  if (gap === null) return "-";
  return feasibleScenarios < scenarios
    ? `${formatGap(gap)} on ${feasibleScenarios} of ${scenarios}`
    : formatGap(gap);
}

/** A file goes by its own name, without the folders before it. */
const shortName = (scenario: string): string => {
  const file = fileAddress(scenario);
  return file === null ? scenario : scenario.slice(file.path.lastIndexOf("/") + 1);
};

/** Lets a browser break a URI after its slashes. */
function breakable(uri: string): Markup {
  const parts = uri.split(/(?<=[/?&_-])/);
  return html`${parts.map((part, i) => (i === 0 ? part : html`<wbr/>${part}`))}`;
}
