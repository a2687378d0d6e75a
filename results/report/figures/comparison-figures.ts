/**
 * The report of a comparison, or of one budget of an evaluation. It has tables of methods, rows and
 * cells, and of each scenario a table, the anytime curves and the best plan.
 */

import { scenarioHash } from "../../../env/model/file.ts";
import { planFromJson } from "../../../env/model/plan/plan.ts";
import type { Objective, Scenario } from "../../../env/model/scenario.ts";
import { objectiveOf } from "../../../env/sim/objectives/evaluator.ts";
import { explain } from "../../../env/sim/timeline/explain/explanation.ts";
import { pipelineTimeline } from "../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { timelineOf } from "../../../env/sim/timeline/timeline-of.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import type { CellResult } from "../../cells/cell.ts";
import type { ScenarioTable } from "../../comparison/compare.ts";
import { meanRankText, type Row, summarise } from "../../comparison/ranking.ts";
import { tableScale, valueText } from "../../comparison/row-text.ts";
import { curvesSvg } from "../../page/charts/curves.ts";
import { ganttSvg } from "../../page/drawing/gantt-svg.ts";
import { pipelineDrawing } from "../../page/drawing/pipeline-drawing.ts";
import { scheduleSvg } from "../../page/drawing/schedule-svg.ts";
import { pictureSvg } from "../../page/drawing/shardings/picture.ts";
import {
  frontierPicture,
  isDivided,
  layoutPicture,
  meshPicture,
  stepPicture,
} from "../../page/drawing/shardings/plan-pictures.ts";
import { methodMarks } from "../../page/marks.ts";
import { formatCount, formatGap, formatOn } from "../../text/format.ts";
import {
  column,
  entry,
  fileName,
  type ReportCell,
  type ReportPicture,
  type ReportTable,
  type RunReport,
} from "./parts.ts";

export interface ComparedCells {
  readonly methods: readonly string[];
  readonly scenarios: readonly ScenarioTable[];
  readonly cells: readonly CellResult[];
  readonly objective: Objective | undefined;
  /** In front of the names of files, such as the budget; none for a comparison. */
  readonly prefix: readonly string[];
}

export async function comparisonFigures(compared: ComparedCells, taken: Set<string>): Promise<RunReport> {
  const { scenarios, cells, methods, prefix } = compared;
  const marks = methodMarks(methods);
  const named = (...words: string[]) => fileName([...prefix, ...words], taken);
  const tables: ReportTable[] = [
    methodsTable(compared, named("methods")),
    rowsTable(scenarios, named("rows")),
    cellsTable(cells, named("cells")),
  ];
  const pictures: ReportPicture[] = [];
  const notes: string[] = [];
  for (const table of scenarios) {
    tables.push(scenarioTable(table, named("table", table.scenario)));
    const own = cells.filter(({ scenario }) => scenario === table.scenario);
    const svg = curvesSvg(table, own, marks);
    if (svg === null) notes.push(`"${table.scenario}" has no curves: no method is feasible on every seed.`);
    else pictures.push({ kind: "picture", name: named("curves", table.scenario), svg });
    const plan = await bestPlan(table, own, compared.objective);
    if (typeof plan === "string") notes.push(plan);
    else
      for (const { name, svg } of plan)
        pictures.push({ kind: "picture", name: named(name, table.scenario), svg });
  }
  return { tables, pictures, notes };
}

const gapEntry = (gap: number | null): ReportCell => entry(gap, gap === null ? "-" : formatGap(gap));

function methodsTable({ scenarios }: ComparedCells, name: string): ReportTable {
  return {
    kind: "table",
    name,
    caption: `Methods over ${scenarios.length} scenarios, best mean rank first.`,
    isPrinted: true,
    columns: [
      column("method", "method", "left"),
      column("mean_rank", "mean rank"),
      column("mean_gap", "mean gap"),
      column("wins", "best on"),
      column("feasible_scenarios", "feasible on"),
      column("scenarios"),
    ],
    rows: summarise(scenarios.map(({ rows }) => rows)).map((summary) => [
      entry(summary.method),
      entry(summary.meanRank, meanRankText(summary, scenarios.length)),
      gapEntry(summary.meanGap),
      entry(summary.wins),
      entry(summary.feasibleScenarios),
      entry(summary.scenarios),
    ]),
  };
}

/** One scenario for print; `rows` holds all of them for programs. */
function scenarioTable(table: ScenarioTable, name: string): ReportTable {
  const scale = tableScale(table);
  return {
    kind: "table",
    name,
    caption: `${table.scenario}: ${table.objective} in ${scale.unit}, bound ${formatOn(scale, table.bound)} (${table.boundArgument}).`,
    isPrinted: true,
    columns: [
      column("method", "method", "left"),
      column("mean", table.objective),
      column("best"),
      column("gap"),
      column("simulations"),
      column("seeds"),
    ],
    rows: table.rows.map((row) => [
      entry(row.method),
      entry(row.mean, valueText(row, scale)),
      entry(row.best, row.best === null ? "-" : formatOn(scale, row.best)),
      gapEntry(row.gap),
      entry(row.simulations, formatCount(row.simulations)),
      entry(row.seeds),
    ]),
  };
}

function rowsTable(scenarios: readonly ScenarioTable[], name: string): ReportTable {
  const fields = [
    "rank",
    "method",
    "kind",
    "mean",
    "best",
    "worst",
    "gap",
    "bound",
    "peakBytes",
    "simulations",
    "evaluations",
    "seeds",
    "feasibleSeeds",
    "timeLimited",
  ] as const satisfies readonly (keyof Row)[];
  const rows = scenarios.flatMap(({ scenario, scenarioHash: hash, objective, unit, rows: own }) =>
    own.map((row) =>
      [scenario, hash, objective, unit, ...fields.map((field) => row[field])].map((v) => entry(v)),
    ),
  );
  return long(
    name,
    "Every row of every scenario.",
    ["scenario", "scenarioHash", "objective", "unit", ...fields],
    rows,
  );
}

function cellsTable(cells: readonly CellResult[], name: string): ReportTable {
  const fields = [
    "scenario",
    "scenarioHash",
    "method",
    "kind",
    "seedIndex",
    "objective",
    "unit",
    "value",
    "feasible",
    "bound",
    "gap",
    "evaluations",
    "simulations",
    "bestSimulation",
    "largestPeakBytes",
    "ended",
  ] as const satisfies readonly (keyof CellResult)[];
  const rows = cells.map((cell) => fields.map((field) => entry(cell[field])));
  return long(name, "Every cell.", fields, rows);
}

/** A table for programs alone. */
function long(
  name: string,
  caption: string,
  fields: readonly string[],
  rows: ReportTable["rows"],
): ReportTable {
  return {
    kind: "table",
    name,
    caption,
    isPrinted: false,
    columns: fields.map((field) => column(field)),
    rows,
  };
}

/** The plan of least value as a picture, or why there is none. */
async function bestPlan(
  table: ScenarioTable,
  cells: readonly CellResult[],
  objective: Objective | undefined,
): Promise<readonly PlanPicture[] | string> {
  const best = cells
    .filter(({ value, plan }) => value !== null && plan !== null)
    .reduce<CellResult | null>((a, b) => (a !== null && a.value! <= b.value! ? a : b), null);
  if (best === null) return `"${table.scenario}" has no plan that fits, so none is drawn.`;
  const scenario = await resolveScenario(table.scenario, { objective });
  if (scenarioHash(scenario) !== table.scenarioHash)
    return `"${table.scenario}" has changed since the run, so its plan is not drawn.`;
  const step = planPicture(scenario, best.plan!, { plan: best.method, bound: table.bound });
  if (typeof step === "string") return step;
  const frontiers = cells.filter(({ seedIndex, frontier }) => seedIndex === 0 && frontier !== undefined);
  return [
    { name: "plan", ...step },
    ...dividedPictures(scenario, best.plan!, best.method),
    ...frontiers.map(({ method, frontier }) => ({
      name: `frontier of ${method}`,
      svg: pictureSvg(frontierPicture(scenario, frontier!, method)),
    })),
  ];
}

interface PlanPicture {
  /** In front of the scenario in the name of the file. */
  readonly name: string;
  readonly svg: string;
}

/** How a layer is divided, and the mesh on the machines; none of other plans. */
function dividedPictures(
  scenario: Scenario,
  json: NonNullable<CellResult["plan"]>,
  by: string,
): PlanPicture[] {
  const plan = planFromJson(scenario, json, `The plan of ${by}`);
  if (!isDivided(plan)) return [];
  return [
    { name: "layout", svg: pictureSvg(layoutPicture(scenario, plan, by)) },
    { name: "mesh", svg: pictureSvg(meshPicture(scenario, plan, by)) },
  ];
}

/** Gantt chart of a placement, schedule of a pipeline, step of a sharding, or why there is none. */
export function planPicture(
  scenario: Scenario,
  json: NonNullable<CellResult["plan"]>,
  { plan: by, bound }: { readonly plan: string; readonly bound: number },
): { readonly svg: string } | string {
  const plan = planFromJson(scenario, json, `The plan of ${by}`);
  if (plan.kind === "pipeline")
    return { svg: scheduleSvg(pipelineDrawing(pipelineTimeline(scenario, plan), by)) };
  if (plan.kind === "sharding") return { svg: pictureSvg(stepPicture(scenario, plan, by)) };
  const timeline = timelineOf(scenario, plan);
  if (timeline === null)
    return `"${scenario.name}" has no Gantt chart: its objective ${scenario.objective} does not say when ops run.`;
  const { unit, timing } = objectiveOf(scenario);
  const criticalPath = timing === "engine" ? explain(scenario, plan).criticalPath : undefined;
  return {
    svg: ganttSvg(scenario, { timeline, criticalPath }, { plan: by, bound: unit === "us" ? bound : 0 }),
  };
}
