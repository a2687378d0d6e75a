/**
 * The overview: a row for each method, a column for each scenario, in each cell the gap to the
 * bound. The whole page has one scale of colours, so the same tint means the same gap everywhere.
 */
import { fileAddress } from "../../scenarios/file-address.ts";
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import { isFault } from "../comparison/failed-cell.ts";
import type { MethodSummary, Row } from "../comparison/ranking.ts";
import { formatGap, formatValue } from "../format.ts";
import { element, html, lines, type Markup, px } from "./markup.ts";
import { columnHead, methodName, scrollBox } from "./parts.ts";
import type { MethodColours } from "./style.ts";

export function overviewTable({ methods, scenarios }: CompareReport, colours: MethodColours): Markup {
  const heads = scenarios.map(({ scenario }, i) => columnHead(scenarioLink(scenario, i)));
  const rows = methods.map((method) => overviewRow(method, scenarios, colours));
  const table = html`<table class="heat">
<caption>Gap to the best bound known, mean over seeds. \
Lower is better; a star marks the best of a scenario.</caption>
<thead><tr>
${columnHead("method")}
${lines(heads)}${columnHead("mean gap")}
${columnHead("mean rank")}
</tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>`;
  return scrollBox("Gap of every method on every scenario", table);
}

function scenarioLink(scenario: string, index: number): Markup {
  return html`<a href="#${anchor(index)}" title="${scenario}">${breakable(shortName(scenario))}</a>`;
}

function overviewRow(
  summary: MethodSummary,
  scenarios: readonly ScenarioTable[],
  colours: MethodColours,
): Markup {
  const { method, kind, meanRank } = summary;
  return html`<tr>
<th scope="row">${methodName(method, kind, colours.of(method))}</th>
${lines(scenarios.map((table) => heatCell(table, summary)))}<td>${meanGap(summary)}</td>
<td>${meanRank.toFixed(1)}</td>
</tr>`;
}

export const anchor = (index: number): string => `scenario-${index + 1}`;

function heatCell({ rows, unit }: ScenarioTable, { method }: MethodSummary): Markup {
  const row = rows.find((entry) => entry.method === method);
  if (row === undefined) return emptyCell("not run");
  if (row.mean === null) return emptyCell(whyEmpty(row));
  const star = row.rank === 1 ? "★ " : "";
  if (row.gap === null) return emptyCell(`${star}${gaplessText(row)}`);
  const look = { style: `--w:${tint(row.gap)}%`, title: formatValue(unit, row.mean) };
  return element("td", look, `${star}${formatGap(row.gap)}`);
}

function whyEmpty({ failure, violation }: Row): string {
  if (isFault(failure)) return "failed";
  return violation === null ? "no plan" : "out of memory";
}

const emptyCell = (text: string): Markup => html`<td class="none">${text}</td>`;

const gaplessText = ({ feasibleSeeds, seeds }: Row): string =>
  feasibleSeeds < seeds ? `${feasibleSeeds} of ${seeds} seeds feasible` : "no bound";

/**
 * Percent of the warm colour: 0 at the bound, 70 from five times the bound on. The root tells small
 * gaps apart.
 */
const tint = (gap: number): number => px(35 * Math.sqrt(Math.min(4, Math.max(0, gap))));

function meanGap({ meanGap: gap, feasibleScenarios, scenarios }: MethodSummary): string {
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
