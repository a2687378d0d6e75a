/**
 * The plans of a scenario that its page can show, and their files. Each plan has a JSON file that
 * `simulate --placement` reads, and a script file with its figures. Pages opened from a disk may
 * load scripts and no other data.
 */
import { asPlacement, type Plan, planFromJson } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import type { Segment } from "../../../env/sim/timeline/explain/critical-path.ts";
import type { PathSummary } from "../../../env/sim/timeline/explain/explanation.ts";
import type { Share } from "../../../env/sim/timeline/explain/shares.ts";
import type { CellResult } from "../../cells/cell.ts";
import { formatUs } from "../../text/format.ts";
import { visible } from "../../text/visible.ts";
import { type DrawnGraph, deviceOf } from "../drawing/drawn-graph.ts";
import { planFigures } from "../drawing/plan-figures.ts";
import { html, lines, type Markup } from "../markup.ts";
import type { SiteRow, SiteScenario, SiteTrack } from "./data/site-data.ts";

export type PlanJson = NonNullable<CellResult["plan"]>;

/** A plan that a reader can choose. */
export interface PlanChoice {
  /** In the address of the page. */
  readonly id: string;
  readonly method: string;
  readonly value: number | null;
  /** Name of its files, without folder and ending. */
  readonly file: string;
  /** Null for the best known plan. */
  readonly row: SiteRow | null;
  readonly groupId: string | null;
}

export interface PlanFile {
  readonly file: string;
  readonly method: string;
  readonly value: number | null;
  readonly plan: PlanJson;
}

export const BEST_KNOWN = "best-known";

export interface ScenarioPlans {
  /** The best known plan first, then group by group in the order of ranks. */
  readonly choices: readonly PlanChoice[];
  /** Equal plans of a method share a file. */
  readonly files: readonly PlanFile[];
}

export function scenarioPlans({ groups }: SiteTrack, { bestKnown }: SiteScenario, s: number): ScenarioPlans {
  const files = new Map<string, PlanFile>();
  const choices: PlanChoice[] = [];
  if (bestKnown !== null) {
    const { method, value, plan } = bestKnown;
    files.set(BEST_KNOWN, { file: BEST_KNOWN, method, value, plan });
    choices.push({ id: BEST_KNOWN, method, value, file: BEST_KNOWN, row: null, groupId: null });
  }
  for (const { id: groupId, rows } of groups)
    for (const row of rows) {
      const cell = row.cells[s].find(({ plan }) => plan !== null);
      if (cell === undefined) continue;
      const { value, plan } = cell;
      const key = JSON.stringify([row.label, plan]);
      const known = files.get(key) ?? {
        file: `plan-${files.size + 1}`,
        method: row.label,
        value,
        plan: plan!,
      };
      files.set(key, known);
      choices.push({ id: row.row.entry.id, method: row.label, value, file: known.file, row, groupId });
    }
  return { choices, files: [...files.values()] };
}

/** As `simulate --placement` reads it. */
export const planFileText = ({ uri, hash }: SiteScenario, { method, value, plan }: PlanFile): string =>
  `${JSON.stringify({ scenario: uri, scenarioHash: hash, method, value: value ?? undefined, plan })}\n`;

/** What the page's script calls with the figures of a plan. */
export function planScriptText(
  scenario: Scenario,
  { bound }: SiteScenario,
  { file, method, plan: json }: PlanFile,
  drawn: DrawnGraph,
): string {
  const plan = planFromJson(scenario, json, `The plan of ${method} for ${scenario.name}`);
  const peakBytes = Array.from(evaluator(scenario).evaluate(plan).peakBytes);
  const { markup, explanation } = planFigures(scenario, { plan, method, bound, peakBytes, isHalf: true });
  const path = explanation === null ? null : pathTable(scenario, explanation.criticalPath);
  const data = { devices: devicesOf(drawn, plan), markup: html`${markup}${path}`.markup };
  return `boardPlan(${visible(JSON.stringify(file))}, ${visible(JSON.stringify(data))});\n`;
}

const devicesOf = ({ nodes }: DrawnGraph, plan: Plan): number[] =>
  nodes.map(({ members }) => deviceOf(members, asPlacement(plan)));

const MOST_SHARES = 8;
const MOST_SEGMENTS = 6;

function pathTable(scenario: Scenario, { shares, segments }: PathSummary): Markup {
  const rows = shares.slice(0, MOST_SHARES).map(
    (share) => html`<tr>
<th scope="row" class="name">${shareText(scenario, share)}</th>
<td>${formatUs(share.us)}</td>
<td>${(100 * share.share).toFixed(1)}%</td>
</tr>`,
  );
  const longest = [...segments]
    .sort((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs))
    .slice(0, MOST_SEGMENTS)
    .map((segment) => segmentText(scenario, segment));
  return html`<h4>Critical path</h4>
<table class="rows">
<caption>Where its time goes</caption>
<thead><tr><th scope="col" class="name">what</th><th scope="col">time</th><th scope="col">of the step</th></tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>
<p class="facts">Longest parts: ${longest.join("; ")}.</p>`;
}

const resourceName = ({ cluster }: Scenario, { kind, index }: Share["resource"]): string =>
  (kind === "device" ? cluster.devices : cluster.links)[index].name;

const shareText = (scenario: Scenario, { kind, resource }: Share): string =>
  `${kind} on ${resourceName(scenario, resource)}`;

const segmentText = (scenario: Scenario, { kind, resource, task, fromUs, toUs }: Segment): string =>
  `${kind} of ${scenario.graph.names[task.op]} on ${resourceName(scenario, resource)}, ${formatUs(toUs - fromUs)}`;
