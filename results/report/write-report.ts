/**
 * A finished comparison or evaluation on disk: `run.json`, `report.json` without clock readings,
 * `times.json` and the page `index.html`. Each file is written in one step.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../../env/model/scenario.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import type { CellResult } from "../cells/cell.ts";
import { writeAtomically } from "../files/atomic.ts";
import type { Origin } from "../page/origin.ts";
import { type RunDescription, type RunInputs, writeDescription } from "../training/run-description.ts";
import { type CellsRequest, describe } from "./cells-folder.ts";

export interface ReportParts {
  readonly kind: "compare" | "evaluate";
  readonly request: CellsRequest;
  readonly cells: readonly CellResult[];
  readonly versions: RunDescription["versions"];
  readonly inputs: RunInputs;
  /** Null where the page does not say where it comes from. */
  readonly origin: Origin | null;
  readonly report: object;
  readonly times: object;
  readonly page: string;
}

/** Returns the path of the page. */
export function writeReport(path: string, parts: ReportParts): string {
  const { kind, request, cells, versions, inputs, origin, report, times, page } = parts;
  mkdirSync(path, { recursive: true });
  const backends = [...new Set(cells.map(({ backend }) => backend).filter((name) => name !== null))];
  const hashes = new Map(cells.map(({ scenario, scenarioHash }) => [scenario, scenarioHash]));
  const known = request.scenarios.filter((scenario) => hashes.has(scenario));
  const description = describe(kind, request, {
    versions,
    backend: backends.length === 0 ? null : backends.join(", "),
    scenarios: Object.fromEntries(known.map((scenario) => [scenario, hashes.get(scenario)!])),
    ...inputs,
  });
  const write = (name: string, text: string) => writeAtomically(join(path, name), `${text}\n`);
  writeDescription(path, description);
  // Not indented: an indented file would give each number of a plan a line of its own.
  write("report.json", JSON.stringify(report));
  write("times.json", JSON.stringify({ ...times, ...dateAndMachine(origin) }));
  const pagePath = join(path, "index.html");
  writeAtomically(pagePath, page);
  return pagePath;
}

const dateAndMachine = (origin: Origin | null) =>
  origin === null ? {} : { date: origin.date, machine: origin.machine };

/** By the names under which the request knows them. */
export async function scenariosOf({
  scenarios,
  objective,
}: Pick<CellsRequest, "scenarios" | "objective">): Promise<Map<string, Scenario>> {
  const resolved = new Map<string, Scenario>();
  for (const scenario of scenarios) resolved.set(scenario, await resolveScenario(scenario, { objective }));
  return resolved;
}
