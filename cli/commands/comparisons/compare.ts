/**
 * `compare`: many methods on many scenarios at one budget. Prints the table and writes a page.
 * Cells run in child processes; the report does not depend on how many run at once. Cells are kept
 * as they finish, so that the same command goes on where it was stopped, and a further one extends
 * what is there.
 */

import type { Objective } from "../../../env/model/scenario.ts";
import type { CellSpec } from "../../../results/cells/cell.ts";
import { cellLogPath } from "../../../results/cells/evaluation-log.ts";
import {
  type CompareReport,
  type CompareRequest,
  cellsOf,
  checkRequest,
} from "../../../results/comparison/compare.ts";
import type { Origin } from "../../../results/page/origin.ts";
import { type ComparisonFolder, openComparison } from "../../../results/report/comparison-folder.ts";
import { formatTable } from "../../../results/text/table.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import {
  backendFlag,
  backendOf,
  budgetFlags,
  budgetOf,
  defineCommand,
  jobsFlag,
  jsonFlag,
  logEvaluationsFlag,
  objectiveFlag,
  seedFlag,
} from "../../command.ts";
import { inFolder } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { runComparison } from "../../pool/run-cells.ts";
import { originOf } from "../../reports/origin.ts";
import { tellLogs } from "../../terminal/logs-text.ts";
import { writeTables } from "../../terminal/painted.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";
import { chosenScenarios, scenarioFlags } from "./chosen-scenarios.ts";
import { comparedMethods } from "./compared-methods.ts";

const flags = {
  ...scenarioFlags,
  methods: {
    type: "list",
    placeholder: "X,Y",
    describe: "ids, ids with options, policies such as placeto@runs/nmt, or paths such as ./mine.ts",
    defaultText:
      "the agents and all planners that answer any scenario, the ILP with iterations=15000&seconds=3600",
  },
  ...budgetFlags,
  seeds: { type: "integer", min: 1, default: 1, placeholder: "K", describe: "repetitions of every cell" },
  seed: seedFlag,
  objective: objectiveFlag,
  backend: backendFlag,
  jobs: jobsFlag,
  "log-evaluations": logEvaluationsFlag,
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "where the report and the page go; a folder that holds a comparison is continued and extended",
    defaultText: "a new folder in runs/; nothing is written with --json alone",
  },
  json: jsonFlag,
} as const;

export const compare = defineCommand({
  name: "compare",
  summary:
    "Runs methods on scenarios at one budget, prints them sorted by gap to the proven bound, and writes one HTML page.",
  positionals: [],
  flags,
  examples: [
    "compare --suite start",
    "compare --scenarios nmt/test/0-3/4xK80 --methods heft,hill-climb,mcmc --simulations 3000",
    "compare --scenarios inception-v3/2xP100,./mine.json --methods hill-climb,mcmc,./mine.ts --simulations 2000 --seeds 3",
  ],
  async run({ values }, terminal) {
    const { scenarios, objective } = chosenScenarios(values);
    const asked = (values.objective as Objective | undefined) ?? objective;
    const request: CompareRequest = {
      scenarios,
      ...(values.methods === undefined ? comparedMethods(scenarios, asked) : { methods: values.methods }),
      seeds: values.seeds,
      seed: values.seed,
      budget: budgetOf(values),
      objective: asked,
      backend: backendOf(values.backend, terminal),
    };
    checkRequest(request);
    const { json, jobs, out, "log-evaluations": isLogged } = values;
    const origin = originOf("compare", flags, values);
    if (json && out === undefined && !isLogged)
      return answer(request, { json, jobs, out, folder: null, origin }, terminal);
    return inFolder(out, values.suite?.replaceAll("/", "-") ?? "compare", async (path) => {
      const folder = await openFolder(path, request, terminal);
      const logOf = isLogged ? (cell: CellSpec) => cellLogPath(path, cell) : undefined;
      try {
        return await answer(folder.request, { json, jobs, out: path, folder, origin, logOf }, terminal);
      } finally {
        folder.close();
      }
    });
  },
});

interface Asked {
  readonly json: boolean;
  readonly jobs?: number;
  readonly out: string | undefined;
  readonly folder: ComparisonFolder | null;
  readonly origin: Origin;
  readonly logOf?: (cell: CellSpec) => string;
}

/** Files come before the text, so that a reader who hangs up loses none. */
async function answer(
  request: CompareRequest,
  { json, jobs, out, folder, origin, logOf }: Asked,
  terminal: Terminal,
): Promise<number> {
  let report: CompareReport | undefined;
  try {
    report = await runComparison({ request, jobs, folder, logOf }, terminal);
  } finally {
    if (report?.complete !== true && folder !== null && folder.keptCount > 0)
      terminal.note(`Finished cells are kept: the same command with --out ${out} goes on from there.`);
  }
  if (logOf !== undefined) tellLogs(cellsOf(request).map(logOf), terminal);
  const page = await folder?.write(report, origin);
  const backends = new Set(report.cells.map(({ backend }) => backend).filter((name) => name !== null));
  if (backends.size > 0) terminal.note(`TensorFlow.js backend: ${[...backends].join(", ")}`);
  if (json) terminal.write(jsonText(answerOf(report)));
  else writeTables(formatTable(report), terminal);
  if (page !== undefined && json) terminal.note(`Page: ${page}`);
  else if (page !== undefined) terminal.write(`\nPage: ${page}\n`);
  return report.cells.some(({ ended }) => ended === "fault") ? EXIT.failed : EXIT.done;
}

/** The report; each cell has its seed and CPU seconds too, for who reads cells alone. */
function answerOf({ times, cells, ...report }: CompareReport) {
  const whole = cells.map((cell, i) => ({
    ...cell,
    seed: cell.seedIndex,
    cpuSeconds: times.cells[i].cpuSeconds,
  }));
  return { ...report, cells: whole, times };
}

async function openFolder(
  path: string,
  request: CompareRequest,
  { note }: Terminal,
): Promise<ComparisonFolder> {
  const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
  const folder = await openComparison({ path, request, versions, inputsOf });
  const count = cellsOf(folder.request).length;
  if (folder.keptCount > 0)
    note(`"${path}" holds a comparison: ${folder.keptCount} of its ${count} cells are kept.`);
  return folder;
}
