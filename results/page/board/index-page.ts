/**
 * The first page of the site. A group of entries has one track and one budget, since ranks mean
 * something only there. The script shows one group at a time and filters it; without the script all
 * groups stand one below the other.
 */
import { formatCount, formatGap, formatValue } from "../../text/format.ts";
import { documentText } from "../document.ts";
import type { MethodMarks } from "../marks.ts";
import { element, html, lines, type Markup } from "../markup.ts";
import { columnHead, numberCell, scrollBox } from "../parts.ts";
import { boardStyle } from "./board-style.ts";
import { budgetText } from "./data/budget-text.ts";
import { rowRanks } from "./data/scores.ts";
import type { SiteGroup, SiteScenario, SiteTrack } from "./data/site-data.ts";
import { groupFigures } from "./group-figures.ts";
import { rankedTable } from "./ranked-table.ts";
import { copyScript } from "./scripts/copy-script.ts";
import { indexScript } from "./scripts/index-script.ts";

export function indexPage(
  name: string,
  tracks: readonly SiteTrack[],
  marks: MethodMarks,
  methods: number,
): string {
  return documentText({
    title: `placement-gym: leaderboard ${name}`,
    lines: methods,
    style: boardStyle,
    scripts: [copyScript, indexScript],
    content: html`<header>
<h1>Leaderboard ${name}</h1>
<p class="lead">Who finds the fastest placement of a neural network on its devices? Every entry has \
the same budget and seeds, every plan is replayed by the same simulator, and every score stands \
against a proven bound.</p>
<p class="facts">${sizeText(tracks)}</p>
</header>
<main>
${filterForm(tracks)}
${tracks.map((site) => site.groups.map((group) => groupSection(site, group, marks)))}
${tracks.map(scenariosSection)}
</main>
${footer}`,
  });
}

function sizeText(tracks: readonly SiteTrack[]): string {
  const entries = tracks.flatMap(({ groups }) => groups.flatMap(({ rows }) => rows));
  const cells = entries.reduce((sum, { row }) => sum + row.cells, 0);
  return [
    counted(entries.length, "entry", "entries"),
    counted(tracks.length, "track", "tracks"),
    counted(
      new Set(tracks.flatMap(({ scenarios }) => scenarios.map(({ uri }) => uri))).size,
      "scenario",
      "scenarios",
    ),
    counted(cells, "cell", "cells"),
  ].join(" · ");
}

const counted = (count: number, one: string, many: string): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Hidden until the script works it. Budgets carry their track, and the script offers its own. */
function filterForm(tracks: readonly SiteTrack[]): Markup {
  const trackOptions = tracks.map(({ track }) => element("option", { value: track.id }, track.id));
  const budgetOptions = tracks.flatMap(({ track, groups }) =>
    groups.map(({ id, budget }) =>
      element("option", { value: id, "data-track": track.id }, budgetText(budget)),
    ),
  );
  return html`<form class="boardfilter" hidden="" aria-label="Filter of the leaderboard">
<label>Track <select name="track">${trackOptions}</select></label>
<label>Budget <select name="group">${budgetOptions}</select></label>
<label>Kind <select name="kind"><option value="">all</option>\
<option value="planner">planners</option><option value="agent">agents</option></select></label>
<label>Trained on test <select name="test"><option value="">shown</option>\
<option value="no">hidden</option><option value="yes">alone</option></select></label>
<label>Search <input type="search" name="text" placeholder="such as heft tabu"/></label>
<output></output>
</form>`;
}

function groupSection(site: SiteTrack, group: SiteGroup, marks: MethodMarks): Markup {
  const { track } = site;
  const parts = { site, group, marks, ranks: rowRanks(group, site.scenarios) };
  const facts = [
    track.summary,
    counted(track.scenarios.length, "scenario", "scenarios"),
    counted(track.seeds, "seed", "seeds"),
    `objective ${track.objective}`,
  ];
  const attributes = { class: "group", id: group.id, "data-track": track.id };
  const figures = group.rows.length === 0 ? html`<p>No entry yet.</p>` : groupFigures(parts);
  return element(
    "section",
    attributes,
    html`
<h2>${track.id}, ${budgetText(group.budget)}</h2>
<p class="facts">${facts.join(" · ")}</p>
${rankedTable(parts)}
${figures}
`,
  );
}

function scenariosSection({ track, scenarios }: SiteTrack): Markup {
  const table = html`<table class="rows sortable">
<caption>Scenarios of the track, with the best plan that anybody found</caption>
<thead><tr>
${columnHead("scenario", "name")}
${columnHead(`best known ${track.objective}`)}
${columnHead("bound")}
${columnHead("gap")}
${columnHead("by", "name")}
${columnHead("found", "name")}
</tr></thead>
<tbody>
${lines(scenarios.map(scenarioRow))}</tbody>
</table>`;
  return element(
    "section",
    { class: "scenarios", "data-track": track.id },
    html`
<h2>Scenarios of ${track.id}</h2>
${scrollBox(`Scenarios of ${track.id}`, table)}
`,
  );
}

function scenarioRow({ uri, file, unit, bestKnown, ...own }: SiteScenario): Markup {
  const value = bestKnown?.value ?? null;
  const bound = bestKnown?.bound ?? own.bound;
  const gap = value === null || bound <= 0 ? null : value / bound - 1;
  return html`<tr>
<th scope="row" class="name"><a href="${file}.html">${uri}</a></th>
${numberCell(value === null ? "none" : formatValue(unit, value), value)}
${numberCell(bound > 0 ? formatValue(unit, bound) : "-", bound)}
${numberCell(gap === null ? "-" : formatGap(Math.max(0, gap)), gap)}
<td class="name">${bestKnown?.method ?? "-"}</td>
<td class="name">${bestKnown?.date ?? "-"}</td>
</tr>`;
}

export const footer = html`<footer>
<p>gap = value / bound - 1 and score = bound / value, where the bound is a proven lower limit on the \
value of every plan. A gap above zero may be the entry's or the bound's. Every row can be recomputed \
from its plans with <code>placement-gym leaderboard verify</code>.</p>
</footer>`;
