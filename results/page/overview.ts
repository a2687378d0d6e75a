/**
 * The overview: methods by scenarios, each cell the gap to the bound, coloured by its size on one
 * scale for the whole page, so that the same tint means the same gap everywhere.
 */
import { fileAddress } from "../../scenarios/file-address.ts";
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import type { MethodSummary, Row } from "../comparison/ranking.ts";
import { formatGap, formatValue } from "../format.ts";
import { html, type Markup, px } from "./markup.ts";
import type { MethodColours } from "./method-colours.ts";

export function overviewTable({ methods, scenarios }: CompareReport, colours: MethodColours): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Gap of every method on every scenario">
<table class="heat"><caption>Gap to the best bound known, mean over seeds. Lower is better; a star marks the best of a scenario.</caption>
<thead><tr><th scope="col">method</th>${scenarios.map(({ scenario }, i) => html`<th scope="col"><a href="#${anchor(i)}" title="${scenario}">${breakable(shortName(scenario))}</a></th>`)}<th scope="col">mean gap</th><th scope="col">mean rank</th></tr></thead>
<tbody>${methods.map(
    (method) => html`
<tr><th scope="row"><i class="swatch" style="background:${colours.of(method.method)}"></i>${method.method}${method.kind === "agent" ? html` <span class="tag">agent</span>` : null}</th>${scenarios.map((table) => heatCell(table, method))}<td>${meanGap(method)}</td><td>${method.meanRank.toFixed(1)}</td></tr>`,
  )}
</tbody></table></div>`;
}

export const anchor = (index: number): string => `scenario-${index + 1}`;

function heatCell({ rows, unit }: ScenarioTable, { method }: MethodSummary): Markup {
  const row = rows.find((entry) => entry.method === method);
  if (row === undefined) return html`<td class="none">not run</td>`;
  const star = row.rank === 1 && row.mean !== null ? "★ " : "";
  if (row.mean === null)
    return html`<td class="none">${row.violation === null ? "no plan" : "out of memory"}</td>`;
  if (row.gap === null) return html`<td class="none">${star}${gaplessText(row)}</td>`;
  return html`<td style="--w:${tint(row.gap)}%" title="${formatValue(unit, row.mean)}">${star}${formatGap(row.gap)}</td>`;
}

const gaplessText = ({ feasibleSeeds, seeds }: Row): string =>
  feasibleSeeds < seeds ? `${feasibleSeeds} of ${seeds} seeds feasible` : "no bound";

/**
 * Share of the warm colour: none at the bound, all of its 70 parts from five times the bound on;
 * the root tells small gaps apart.
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
