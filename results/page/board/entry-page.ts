/**
 * The page of one entry: what it is, the command that makes it, and how it does on each scenario.
 */
import type { BoardRow, EntryCell } from "../../leaderboard/contract.ts";
import { mean } from "../../statistics/averages.ts";
import { formatGap, formatValue } from "../../text/format.ts";
import { documentText } from "../document.ts";
import { element, type Fragment, html, lines, type Markup } from "../markup.ts";
import { columnHead, numberCell, scrollBox } from "../parts.ts";
import { boardStyle } from "./board-style.ts";
import { budgetText } from "./data/budget-text.ts";
import type { SiteGroup, SiteRow, SiteScenario, SiteTrack } from "./data/site-data.ts";
import { footer } from "./index-page.ts";
import { scoreText } from "./ranked-table.ts";
import { commandMark } from "./row-detail.ts";
import { copyScript } from "./scripts/copy-script.ts";

export function entryPage(name: string, site: SiteTrack, group: SiteGroup, given: SiteRow): string {
  const { row, cells } = given;
  const { entry } = row;
  const file = `${given.file.slice(given.file.lastIndexOf("/") + 1)}.json`;
  const rows = site.scenarios.map((scenario, s) => scenarioRow(scenario, cells[s], row.gaps[s]));
  const table = html`<table class="rows sortable">
<caption>Scenarios of the track, with the mean gap over the seeds</caption>
<thead><tr>
${columnHead("scenario", "name")}
${columnHead("mean gap")}
${columnHead("lowest value")}
${columnHead("mean value")}
${columnHead("bound")}
${columnHead("seeds that fit")}
${columnHead("simulations")}
</tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>`;
  return documentText({
    title: `${entry.id}: leaderboard ${name}`,
    lines: 0,
    style: boardStyle,
    scripts: [copyScript],
    content: html`<header>
<nav class="trail" aria-label="Trail"><a href="../index.html">Leaderboard ${name}</a> / \
<a href="../index.html#group=${group.id}">${site.track.id}, ${budgetText(group.budget)}</a></nav>
<h1>${entry.method}</h1>
<p class="facts">${entry.methodName} · ${entry.kind}</p>
</header>
<main>
${cards(row, group)}
<h2>How it is made</h2>
${commandMark(entry.command)}
${factList(row, site, group)}
<p><a href="${file}">entry.json</a></p>
<h2>On each scenario</h2>
${scrollBox("Scenarios", table)}
</main>
${footer}`,
  });
}

function cards({ rank, iqm, meanGap, cells, feasibleCells }: BoardRow, { rows }: SiteGroup): Markup {
  const card = (title: string, value: string) =>
    html`<div class="card"><span>${title}</span><b class="big">${value}</b></div>`;
  return html`<div class="cards">
${card("rank", `${rank} of ${rows.length}`)}
${card("score", scoreText(iqm.value))}
${card("95% interval", `${scoreText(iqm.low)} to ${scoreText(iqm.high)}`)}
${card("mean gap", meanGap === null ? "-" : formatGap(meanGap))}
${card("cells that fit", `${feasibleCells} of ${cells}`)}
</div>`;
}

function factList({ entry, isTrainedOnTest }: BoardRow, { track }: SiteTrack, group: SiteGroup): Markup {
  const trained = entry.trainedOn.length === 0 ? "nothing" : entry.trainedOn.join(", ");
  const facts: readonly (readonly [string, Fragment])[] = [
    ["entry", entry.id],
    ["track", `${track.id}: ${track.summary}`],
    ["budget", `${budgetText(group.budget)} for each cell`],
    ["seeds", `${entry.seeds} from root seed ${entry.rootSeed}`],
    ["trained on", isTrainedOnTest ? `${trained} (meets scenarios of the track)` : trained],
    ["options", html`<code>${JSON.stringify(entry.options ?? {})}</code>`],
    [
      "versions",
      Object.entries(entry.versions)
        .map(([part, version]) => `${part} ${version}`)
        .join(", "),
    ],
    ["backend", entry.backend ?? "none"],
    ["policy", entry.policySha256 === null ? "none" : html`<code>${entry.policySha256}</code>`],
    ["cells", html`<code>${entry.cellsSha256}</code>`],
  ];
  const items = facts.map(([term, text]) => html`${element("dt", {}, term)}${element("dd", {}, text)}`);
  return html`<dl class="facts">
${lines(items)}</dl>`;
}

function scenarioRow(
  { uri, file, unit, bound }: SiteScenario,
  seeds: readonly EntryCell[],
  gap: number | null,
): Markup {
  const values = seeds.flatMap(({ value }) => (value === null ? [] : [value]));
  const lowest = values.length === 0 ? null : Math.min(...values);
  const meanValue = values.length === 0 ? null : mean(values);
  const spent = seeds.reduce((sum, { simulations }) => sum + simulations, 0) / Math.max(1, seeds.length);
  const valueCell = (value: number | null) =>
    numberCell(value === null ? "none fits" : formatValue(unit, value), value);
  return html`<tr>
<th scope="row" class="name"><a href="../${file}.html">${uri}</a></th>
${numberCell(gap === null ? "-" : formatGap(gap), gap)}
${valueCell(lowest)}
${valueCell(meanValue)}
${numberCell(bound > 0 ? formatValue(unit, bound) : "-", bound)}
${numberCell(`${values.length} of ${seeds.length}`, values.length)}
${numberCell(Math.round(spent), spent)}
</tr>`;
}
