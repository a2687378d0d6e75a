/**
 * One scenario of a comparison: what it is, what came out, the sorted table, the curves and the
 * best plan.
 */

import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import { planFromJson } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { CellResult } from "../cells/cell.ts";
import type { CompareReport, ScenarioTable } from "../comparison/compare.ts";
import { verdictOf } from "../comparison/verdict.ts";
import { formatCount, formatValue } from "../text/format.ts";
import { curvesFigure } from "./charts/curves.ts";
import { planFigures } from "./drawing/plan-figures.ts";
import { pictureFigure } from "./drawing/shardings/picture.ts";
import { frontierPicture } from "./drawing/shardings/plan-pictures.ts";
import type { MethodMarks } from "./marks.ts";
import { html, lines, type Markup } from "./markup.ts";
import { rowsTable } from "./rows-table.ts";

export interface SectionParts {
  readonly report: CompareReport;
  readonly table: ScenarioTable;
  readonly scenario: Scenario;
  readonly marks: MethodMarks;
  readonly id: string;
}

export function scenarioSection({ report, table, scenario, marks, id }: SectionParts): Markup {
  const cells = report.cells.filter((cell) => cell.scenario === table.scenario);
  return html`<section id="${id}">
<h2>${table.scenario}</h2>
<p class="facts">${factsOf(table, scenario)}</p>
<p class="verdict">${verdictOf(table)}</p>
${lines(unknownWorkLines(table.unknownWork).map((line) => html`<p class="warning">${line}</p>`))}\
${rowsTable(report, table, marks)}
<h3>Lowest value so far</h3>
${curvesFigure(table, cells, { marks, id })}
${bestPlanFigures(report, table, scenario)}
${frontierFigures(cells, scenario)}
</section>
`;
}

function factsOf(table: ScenarioTable, { graph, grouping, cluster, fidelity }: Scenario): string {
  const devices = cluster.devices.map(({ kind }) => kind);
  const kinds = [...new Set(devices)].map((kind) => `${devices.filter((k) => k === kind).length} ${kind}`);
  return [
    `${formatCount(graph.opCount)} ops in ${formatCount(grouping.groupCount)} groups`,
    `${kinds.join(" + ")} (${cluster.name})`,
    `objective ${table.objective}`,
    `fidelity ${fidelity.name}`,
    `bound ${formatValue(table.unit, table.bound)} by ${table.boundArgument}`,
    `scenario hash ${table.scenarioHash.slice(0, 12)}`,
  ].join(" · ");
}

function bestPlanFigures(report: CompareReport, table: ScenarioTable, scenario: Scenario): Markup {
  const best = bestCellOf(report, table);
  if (best === null) return html`<p>There is no plan to show.</p>`;
  const { plan, value, peakBytes, seedIndex, method } = best;
  const title = value === null ? "Plan nearest to fitting in memory" : "Plan of the lowest value";
  const by = `${method}${report.request.seeds > 1 ? `, seed ${seedIndex}` : ""}`;
  const shown = {
    plan: planFromJson(scenario, plan, `The plan of ${method}`),
    method: by,
    bound: table.bound,
    peakBytes: peakBytes!,
  };
  return html`<h3>${title}</h3>
${planFigures(scenario, shown).markup}`;
}

/** Of each method that weighs time against memory, of its first seed. */
function frontierFigures(cells: readonly CellResult[], scenario: Scenario): Markup | null {
  const found = cells.filter(({ seedIndex, frontier }) => seedIndex === 0 && frontier !== undefined);
  if (found.length === 0) return null;
  return html`<h3>Time against memory</h3>
${lines(
  found.map((cell) => {
    const picture = frontierPicture(scenario, cell.frontier!, cell.method);
    return pictureFigure(picture, `Frontier of ${cell.method}`);
  }),
)}`;
}

/**
 * The best single plan; among equals that of the first row. Another method than the best in the
 * mean may have found it.
 */
function bestCellOf({ cells }: CompareReport, { rows }: ScenarioTable): CellResult | null {
  const candidates = rows.flatMap(({ bestCell }) => (bestCell === null ? [] : [cells[bestCell]]));
  if (candidates.length === 0) return null;
  const valueOrWorst = ({ value }: CellResult) => value ?? Number.POSITIVE_INFINITY;
  return candidates.reduce((best, next) => (valueOrWorst(next) < valueOrWorst(best) ? next : best));
}
