/** The report of any folder of a run: a comparison, an evaluation, a training or a tuning. */
import { join } from "node:path";
import { InputError } from "../../../env/model/errors.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import type { Budget } from "../../../env/sim/evaluator/budget.ts";
import type { CellResult } from "../../cells/cell.ts";
import { COMPARE_FORMAT, type ScenarioTable } from "../../comparison/compare.ts";
import { EVALUATION_FORMAT } from "../../evaluation/contract.ts";
import { objectIn, readJson } from "../../files/sealed.ts";
import { formatGap } from "../../text/format.ts";
import { descriptionIn } from "../../training/run-description.ts";
import { TUNE_FORMAT, type TuneReport } from "../../tuning/tune.ts";
import { comparisonFigures } from "./comparison-figures.ts";
import { column, entry, type RunReport } from "./parts.ts";
import { trainingFigures } from "./training-figures.ts";

export async function runFigures(folder: string): Promise<RunReport> {
  const description = descriptionIn(folder);
  if (description === null)
    throw new InputError(`"${folder}" holds no run: run.json is missing; expected the folder of a run.`);
  if (description.kind === "train") return trainingFigures(folder, description);
  if (description.kind === "tune") return tuningFigures(folder);
  return reportedFigures(folder);
}

interface Reported {
  readonly request: { readonly methods: readonly string[]; readonly objective?: Objective };
  readonly scenarios?: readonly ScenarioTable[];
  readonly budgets?: readonly { readonly budget: Budget; readonly scenarios: readonly ScenarioTable[] }[];
  readonly cells: readonly (CellResult & { readonly budget?: Budget })[];
}

async function reportedFigures(folder: string): Promise<RunReport> {
  const { request, scenarios, budgets, cells } = whole<Reported>(folder, "report.json", [
    COMPARE_FORMAT,
    EVALUATION_FORMAT,
  ]);
  const taken = new Set<string>();
  const { methods, objective } = request;
  if (scenarios !== undefined)
    return comparisonFigures({ methods, objective, scenarios, cells, prefix: [] }, taken);
  const parts: RunReport[] = [];
  for (const { budget, scenarios: own } of budgets ?? []) {
    const ofBudget = cells.filter((cell) => JSON.stringify(cell.budget) === JSON.stringify(budget));
    const prefix = Object.entries(budget).map(([unit, amount]) => `${amount}-${unit}`);
    parts.push(
      await comparisonFigures({ methods, objective, scenarios: own, cells: ofBudget, prefix }, taken),
    );
  }
  return {
    tables: parts.flatMap(({ tables }) => tables),
    pictures: parts.flatMap(({ pictures }) => pictures),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

function tuningFigures(folder: string): RunReport {
  const { rungs } = whole<TuneReport>(folder, "result.json", [TUNE_FORMAT]);
  const gap = (share: number | null) => entry(share, share === null ? "-" : formatGap(share));
  const rows = rungs.flatMap(({ rows: own }, rung) =>
    own.map((row) => [
      entry(rung + 1),
      entry(row.spec),
      gap(row.score),
      gap(row.gap),
      entry(row.feasible),
      entry(row.cells),
      entry(row.simulations),
    ]),
  );
  const columns = [
    column("rung"),
    column("spec", "trial", "left"),
    column("score", "excess"),
    column("gap"),
    column("feasible", "fits"),
    column("cells", "of"),
    column("simulations"),
  ];
  const caption = "Trials of each rung, best first.";
  return {
    tables: [{ kind: "table", name: "trials", caption, columns, rows, isPrinted: true }],
    pictures: [],
    notes: ["A tuning has no curve and keeps no plan of its own; its winner is a method to compare."],
  };
}

/** A report of a finished run, of one of the formats. */
function whole<T>(folder: string, name: string, formats: readonly string[]): T {
  const path = join(folder, name);
  const stored = readJson(path);
  if (stored === undefined) throw new InputError(`The run in "${folder}" has no ${name}; finish it first.`);
  const { format } = objectIn(stored, `"${path}"`);
  if (!formats.includes(format as string))
    throw new InputError(
      `"${path}": format is ${JSON.stringify(format)}, expected "${formats.join('" or "')}".`,
    );
  return stored as T;
}
