/**
 * The page of one scenario of a track: the best known plan and the bound, and a row for each entry.
 * Two plans stand side by side, and the curves of each budget follow.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { EntryCell } from "../../leaderboard/contract.ts";
import { mean } from "../../statistics/averages.ts";
import { formatCount, formatGap, formatValue } from "../../text/format.ts";
import { curvesFigure } from "../charts/curves.ts";
import { documentText } from "../document.ts";
import { graphStyle } from "../drawing/graph-svg.ts";
import type { MethodMarks } from "../marks.ts";
import { element, html, lines, type Markup } from "../markup.ts";
import { columnHead, methodName, numberCell, scrollBox } from "../parts.ts";
import { boardStyle } from "./board-style.ts";
import { budgetText } from "./data/budget-text.ts";
import type { SiteGroup, SiteRow, SiteScenario, SiteTrack } from "./data/site-data.ts";
import { footer } from "./index-page.ts";
import { planChoice } from "./plan-choice.ts";
import { BEST_KNOWN, type PlanChoice } from "./plan-files.ts";
import { copyScript } from "./scripts/copy-script.ts";
import { plansScript } from "./scripts/plans-script.ts";

export interface ScenarioPageParts {
  readonly name: string;
  readonly site: SiteTrack;
  /** Place of the scenario in its track. */
  readonly s: number;
  readonly scenario: Scenario;
  readonly choices: readonly PlanChoice[];
  readonly graph: Markup;
  readonly marks: MethodMarks;
  /** Marks in use. */
  readonly methods: number;
}

export function scenarioPage(parts: ScenarioPageParts): string {
  const { name, site, s, scenario, choices, graph, methods } = parts;
  const siteScenario = site.scenarios[s];
  const trackAddress = `../../index.html#group=${site.groups[0]?.id ?? ""}`;
  return documentText({
    title: `${siteScenario.uri}: leaderboard ${name}`,
    lines: methods,
    style: boardStyle + graphStyle,
    scripts: [copyScript, plansScript],
    loadsFiles: true,
    content: html`<header>
<nav class="trail" aria-label="Trail"><a href="../../index.html">Leaderboard ${name}</a> / \
<a href="${trackAddress}">${site.track.id}</a></nav>
<h1>${siteScenario.uri}</h1>
<p class="facts">${factsOf(siteScenario, scenario)}</p>
</header>
<main>
${bestKnownCards(siteScenario)}
${rowsTable(parts)}
<h2>Two plans side by side</h2>
${planChoice({ site, siteScenario, scenario, choices, graph })}
<h2>Lowest value so far</h2>
${site.groups.filter(({ rows }) => rows.length > 0).map((group, i) => curvesOf(parts, group, i === 0))}
</main>
${footer}`,
  });
}

function factsOf(
  { hash }: SiteScenario,
  { graph, grouping, cluster, fidelity, objective }: Scenario,
): string {
  const kinds = [...new Set(cluster.devices.map(({ kind }) => kind))];
  const count = (kind: string) => cluster.devices.filter((device) => device.kind === kind).length;
  return [
    `${formatCount(graph.opCount)} ops in ${formatCount(grouping.groupCount)} groups`,
    `${kinds.map((kind) => `${count(kind)} ${kind}`).join(" + ")} (${cluster.name})`,
    `objective ${objective}`,
    `fidelity ${fidelity.name}`,
    `scenario hash ${hash.slice(0, 12)}`,
  ].join(" · ");
}

function bestKnownCards(siteScenario: SiteScenario): Markup {
  const { bestKnown, bound, boundArgument, unit } = siteScenario;
  const card = (title: string, value: string, note: string | null = null) =>
    html`<div class="card"><span>${title}</span><b class="big">${value}</b>${
      note === null ? null : html`<span>${note}</span>`
    }</div>`;
  const boundText = (us: number) => (us > 0 ? formatValue(unit, us) : "none");
  const boundCard = card("bound of the simulator", boundText(bound), boundArgument);
  if (bestKnown === null) return html`<div class="cards">${boundCard}</div>`;
  const { value, method, date } = bestKnown;
  const isRaised = bestKnown.bound > bound;
  return html`<div class="cards">
${card("best known", formatValue(unit, value), `by ${method}, ${date}`)}
${boundCard}
${isRaised ? card("best proven bound", boundText(bestKnown.bound), bestKnown.boundArgument) : null}
${bestKnown.bound > 0 ? card("gap of the best known", formatGap(Math.max(0, value / bestKnown.bound - 1))) : null}
</div>`;
}

function rowsTable({ site, s, choices, marks }: ScenarioPageParts): Markup {
  const scenario = site.scenarios[s];
  const folder = scenario.file.slice(scenario.file.lastIndexOf("/") + 1);
  const fileOf = new Map(choices.map(({ id, file }) => [id, `${folder}/${file}.json`]));
  const rows = site.groups
    .flatMap((group) => group.rows.map((row) => ({ group, row, value: meanOf(row.cells[s]) })))
    .sort((a, b) => (a.value ?? Number.POSITIVE_INFINITY) - (b.value ?? Number.POSITIVE_INFINITY));
  const known = fileOf.get(BEST_KNOWN);
  const table = html`<table class="rows sortable">
<caption>Entries on this scenario, lowest mean value first</caption>
<thead><tr>
${columnHead("entry", "name")}
${columnHead("budget", "name")}
${columnHead("mean gap")}
${columnHead("mean value")}
${columnHead("lowest value")}
${columnHead("seeds that fit")}
${columnHead("plan", "name")}
</tr></thead>
<tbody>
${lines(rows.map(({ group, row }) => rowMarkup({ group, row, scenario, s, plan: fileOf.get(row.row.entry.id), marks })))}</tbody>
</table>`;
  return html`<h2>Entries</h2>
${known === undefined ? null : html`<p><a href="${known}">Plan file of the best known plan</a></p>`}
${rows.length === 0 ? html`<p>No entry yet.</p>` : scrollBox("Entries on this scenario", table)}`;
}

/** Over the seeds that fit; null where some does not. */
function meanOf(seeds: readonly EntryCell[]): number | null {
  const values = seeds.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0 || values.length < seeds.length) return null;
  return mean(values);
}

interface RowParts {
  readonly group: SiteGroup;
  readonly row: SiteRow;
  readonly scenario: SiteScenario;
  readonly s: number;
  readonly plan: string | undefined;
  readonly marks: MethodMarks;
}

function rowMarkup({ group, row, scenario, s, plan, marks }: RowParts): Markup {
  const { unit } = scenario;
  const seeds = row.cells[s];
  const fitting = seeds.flatMap(({ value }) => (value === null ? [] : [value]));
  const meanValue = meanOf(seeds);
  const lowest = fitting.length === 0 ? null : Math.min(...fitting);
  const gap = row.row.gaps[s];
  const valueCell = (value: number | null) =>
    numberCell(value === null ? "-" : formatValue(unit, value), value);
  const mark = marks.of(row.label);
  const link = html`<a href="../../${row.file}.html">${row.label}</a>`;
  return html`<tr data-m="${mark.index}">
<th scope="row" class="name">${methodName(link, row.row.entry.kind, mark)}</th>
<td class="name">${budgetText(group.budget)}</td>
${numberCell(gap === null ? "-" : formatGap(gap), gap)}
${valueCell(meanValue)}
${valueCell(lowest)}
${numberCell(`${fitting.length} of ${seeds.length}`, fitting.length)}
${element("td", { class: "name" }, plan === undefined ? "-" : html`<a href="${plan}">JSON</a>`)}
</tr>`;
}

function curvesOf({ site, s, marks }: ScenarioPageParts, group: SiteGroup, isOpen: boolean): Markup {
  const { uri, unit, bound, boundArgument } = site.scenarios[s];
  const cells = group.rows.flatMap(({ label, row, cells: own }) =>
    own[s].map((cell) => ({ ...cell, method: label, kind: row.entry.kind })),
  );
  const table = {
    scenario: uri,
    objective: site.track.objective,
    unit,
    bound,
    boundArgument,
    rows: group.rows.map(({ label }) => ({ method: label })),
  };
  const attributes = { open: isOpen ? "" : null };
  const summary = html`<summary>${budgetText(group.budget)}</summary>
${curvesFigure(table, cells, { marks, id: group.id })}`;
  return element("details", attributes, summary);
}
