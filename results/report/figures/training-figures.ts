/** The report of a training run: a curve of each metric, the metrics, and its best plans. */
import { join } from "node:path";
import { scenarioHash } from "../../../env/model/file.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import { readJson } from "../../files/sealed.ts";
import { metricSvg } from "../../page/charts/training-curves.ts";
import { methodMarks } from "../../page/marks.ts";
import { formatCount, formatGap, formatValue } from "../../text/format.ts";
import { METRICS, readMetrics } from "../../training/copies/metrics-row.ts";
import { curveSet } from "../../training/curves/curve-set.ts";
import { trainedIn } from "../../training/curves/trained-run.ts";
import type { TrainResult } from "../../training/request.ts";
import type { RunDescription } from "../../training/run-description.ts";
import { planPicture } from "./comparison-figures.ts";
import { column, entry, fileName, type ReportPicture, type ReportTable, type RunReport } from "./parts.ts";

/** Spans of simulations, as `curves` has by default. */
const SPANS = 60;

export async function trainingFigures(folder: string, description: RunDescription): Promise<RunReport> {
  const run = trainedIn(folder, description);
  const set = curveSet([run], { spans: SPANS });
  const taken = new Set<string>();
  const marks = methodMarks(set.labels);
  const pictures: ReportPicture[] = set.metrics
    .filter(({ lines }) => lines.length > 0)
    .map((curves) => ({
      kind: "picture",
      name: fileName(["curve", curves.metric], taken),
      svg: metricSvg({ curves, set, marks }),
    }));
  const tables = [metricsTable(folder, fileName(["metrics"], taken))];
  const notes: string[] = [];
  const result = readJson(join(folder, "result.json")) as TrainResult | undefined;
  if (result === undefined)
    notes.push(`The run in "${folder}" has not ended, so it has no table of results and no plan.`);
  else {
    tables.push(resultTable(result, fileName(["result"], taken)));
    for (const trained of result.scenarios) {
      const picture = await planOf(trained, description, result.agent);
      if (typeof picture === "string") notes.push(picture);
      else
        pictures.push({
          kind: "picture",
          name: fileName(["plan", trained.scenario], taken),
          svg: picture.svg,
        });
    }
  }
  return { tables, pictures, notes };
}

function metricsTable(folder: string, name: string): ReportTable {
  const rows = readMetrics(join(folder, METRICS));
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  const fields = ["update", "scenario", "simulations", "evaluations", "bestValue", "bestGap"] as const;
  return {
    kind: "table",
    name,
    caption: "Every update.",
    isPrinted: false,
    columns: [...fields, ...metrics].map((field) => column(field)),
    rows: rows.map((row) => [
      ...fields.map((field) => entry(row[field] ?? null)),
      ...metrics.map((metric) => entry(row.metrics[metric] ?? null)),
    ]),
  };
}

function resultTable({ agent, scenarios }: TrainResult, name: string): ReportTable {
  const gap = (value: number | null) => entry(value, value === null ? "-" : formatGap(value));
  return {
    kind: "table",
    name,
    caption: `What ${agent} found, and the plan of its final policy.`,
    isPrinted: true,
    columns: [
      column("scenario", "scenario", "left"),
      column("value"),
      column("gap"),
      column("greedy_value", "policy's own plan"),
      column("greedy_gap", "its gap"),
      column("simulations"),
    ],
    rows: scenarios.map((own) => [
      entry(own.scenario),
      entry(own.value, own.value === null ? "-" : formatValue(own.unit, own.value)),
      gap(own.gap),
      entry(own.greedyValue, own.greedyValue === null ? "-" : formatValue(own.unit, own.greedyValue)),
      gap(own.greedyGap),
      entry(own.simulations, formatCount(own.simulations)),
    ]),
  };
}

async function planOf(
  { scenario: address, plan, bound, feasible }: TrainResult["scenarios"][number],
  { scenarios, config }: RunDescription,
  agent: string,
): Promise<{ readonly svg: string } | string> {
  if (plan === null || !feasible) return `"${address}" has no plan that fits, so none is drawn.`;
  const scenario = await resolveScenario(address, { objective: config.objective as Objective | undefined });
  if (scenarios[address] !== undefined && scenarios[address] !== scenarioHash(scenario))
    return `"${address}" has changed since the run, so its plan is not drawn.`;
  return planPicture(scenario, plan, { plan: agent, bound });
}
