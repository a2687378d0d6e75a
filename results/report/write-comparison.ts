/**
 * A comparison on disk: `run.json`, `report.json` without clock readings, `times.json` and the page
 * `index.html`. Each file is written in one step.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../../env/model/scenario.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { type CompareReport, withoutTimes } from "../comparison/compare.ts";
import { writeAtomically } from "../files/atomic.ts";
import type { Origin } from "../page/origin.ts";
import { renderPage } from "../page/page.ts";
import { type RunDescription, type RunInputs, writeDescription } from "../training/run-description.ts";

/**
 * Returns the path of the page. What was at the same names is replaced; `comparison-folder.ts` sees
 * to it that nothing else was there. Without an origin the page does not say where it comes from.
 */
export async function writeComparison(
  path: string,
  report: CompareReport,
  versions: RunDescription["versions"] = {},
  origin: Origin | null = null,
  inputs: RunInputs = { files: {}, options: {} },
): Promise<string> {
  const page = renderPage(report, await scenariosOf(report), origin);
  mkdirSync(path, { recursive: true });
  const { seed, ...config } = report.request;
  const backends = [...new Set(report.cells.map(({ backend }) => backend).filter((name) => name !== null))];
  const description: RunDescription = {
    kind: "compare",
    config,
    seed,
    versions,
    backend: backends.length === 0 ? null : backends.join(", "),
    scenarios: Object.fromEntries(
      report.scenarios.map(({ scenario, scenarioHash }) => [scenario, scenarioHash]),
    ),
    ...inputs,
  };
  const write = (name: string, text: string) => writeAtomically(join(path, name), `${text}\n`);
  writeDescription(path, description);
  // Not indented: an indented file would give each number of a plan a line of its own.
  write("report.json", JSON.stringify(withoutTimes(report)));
  write("times.json", JSON.stringify({ ...report.times, ...dateAndMachine(origin) }));
  const pagePath = join(path, "index.html");
  writeAtomically(pagePath, page);
  return pagePath;
}

const dateAndMachine = (origin: Origin | null) =>
  origin === null ? {} : { date: origin.date, machine: origin.machine };

async function scenariosOf({ scenarios, request }: CompareReport): Promise<Map<string, Scenario>> {
  const resolved = new Map<string, Scenario>();
  for (const { scenario } of scenarios)
    resolved.set(scenario, await resolveScenario(scenario, { objective: request.objective }));
  return resolved;
}
