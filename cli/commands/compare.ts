/**
 * `compare`: many methods on many scenarios at one budget. Prints the table and writes a page.
 * Cells run in child processes; the report does not depend on how many run at once. Cells are kept
 * as they finish, so that the same command goes on where it was stopped.
 */
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { generalMethods } from "../../agents/registry/registry.ts";
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { leadingLimit } from "../../env/sim/evaluator/budget.ts";
import type { CellSpec, RunCell } from "../../results/comparison/cell.ts";
import { type CellJournal, openJournal } from "../../results/comparison/cell-journal.ts";
import {
  type CompareProgress,
  type CompareReport,
  type CompareRequest,
  cellsOf,
  compare as runComparison,
} from "../../results/comparison/compare.ts";
import { writeComparison } from "../../results/report/write-comparison.ts";
import { formatTable } from "../../results/table.ts";
import { familyMembers, namesMembers } from "../../scenarios/address.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { suiteCatalog, suiteMembers, suiteNamed } from "../../scenarios/suites/index.ts";
import {
  backendFlag,
  backendOf,
  budgetFlags,
  budgetOf,
  defineCommand,
  jsonFlag,
  objectiveFlag,
  seedFlag,
} from "../command.ts";
import { newFolder } from "../files.ts";
import { jsonText } from "../json.ts";
import { createPool } from "../pool/pool.ts";
import { originOf } from "../reports/origin.ts";
import { startProgress } from "../terminal/progress.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";
import { versions } from "../version.ts";

const flags = {
  scenarios: {
    type: "list",
    placeholder: "A,B",
    describe: "URIs, members of families such as nmt/test, or files; instead of --suite",
  },
  suite: {
    type: "text",
    placeholder: "NAME",
    describe: `named set of scenarios: ${suiteCatalog.map(({ name }) => name).join(", ")}`,
    defaultText: "default",
  },
  files: {
    type: "text",
    placeholder: "FOLDER",
    describe: "folder of the files of a suite of files",
    defaultText: "none",
  },
  methods: {
    type: "list",
    placeholder: "X,Y",
    describe: "ids, ids with options, or paths such as ./mine.ts",
    defaultText: "the agents and all planners that answer any scenario, the ILP with iterations=25000",
  },
  ...budgetFlags,
  seeds: { type: "integer", min: 1, default: 1, placeholder: "K", describe: "repetitions of every cell" },
  seed: seedFlag,
  objective: objectiveFlag,
  backend: backendFlag,
  jobs: {
    type: "integer",
    min: 1,
    placeholder: "N",
    describe: "cells that run at once, each in a process of its own",
    defaultText: "one for each core",
  },
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "where the report and the page go; a folder that an unfinished comparison left is continued",
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
    const { scenarios, objective } = scenariosOf(values);
    const request: CompareRequest = {
      scenarios,
      methods: values.methods ?? everyMethod(),
      seeds: values.seeds,
      seed: values.seed,
      budget: budgetOf(values),
      objective: (values.objective as Objective | undefined) ?? objective,
      backend: backendOf(values.backend, terminal),
    };
    const out =
      values.out ??
      (values.json ? undefined : newFolder("runs", values.suite?.replaceAll("/", "-") ?? "compare"));
    const report = await run(request, out, values.jobs, terminal);
    const backends = new Set(report.cells.map(({ backend }) => backend).filter((name) => name !== null));
    if (backends.size > 0) terminal.note(`TensorFlow.js backend: ${[...backends].join(", ")}`);
    if (values.json) terminal.write(jsonText(report));
    else terminal.write(formatTable(report), (text) => painted(text, terminal));
    if (out === undefined) return EXIT.done;
    const page = await writeComparison(out, report, versions, originOf("compare", flags, values));
    if (report.complete) rmSync(cellLog(out), { force: true });
    if (values.json) terminal.note(`Page: ${page}`);
    else terminal.write(`\nPage: ${page}\n`);
    return EXIT.done;
  },
});

/**
 * The default methods: all that answer any scenario. Agents and solvers come first, because they
 * take longest; the quick planners fill the gaps at the end. The ILP stops after a number of
 * iterations (about 6 s) instead of at its clock, so that its row repeats.
 */
function everyMethod(): string[] {
  return generalMethods.map((id) => (id === "ilp" ? "ilp?iterations=25000" : id)).reverse();
}

interface Chosen {
  readonly scenarios?: readonly string[];
  readonly suite?: string;
  readonly files?: string;
}

function scenariosOf(values: Chosen): Pick<CompareRequest, "scenarios" | "objective"> {
  if (values.scenarios !== undefined && values.suite !== undefined)
    throw new InputError("Both --scenarios and --suite were given, expected one of them.");
  if (values.scenarios !== undefined)
    return { scenarios: values.scenarios.flatMap((uri) => (namesMembers(uri) ? familyMembers(uri) : [uri])) };
  const suite = suiteNamed(values.suite ?? "default");
  return { scenarios: suiteMembers(suite, values.files), objective: suite.objective };
}

async function run(
  request: CompareRequest,
  out: string | undefined,
  jobs: number | undefined,
  terminal: Terminal,
): Promise<CompareReport> {
  const cells = cellsOf(request);
  const pool = createPool();
  const journal = out === undefined ? null : journalIn(out, pool.runCell);
  const progress = progressOf(request, cells.length, terminal);
  let report: CompareReport | undefined;
  try {
    report = await runComparison(request, {
      runCell: journal?.runCell ?? pool.runCell,
      clock: terminal.seconds,
      cpuClock: terminal.cpuSeconds,
      jobs: Math.min(jobs ?? availableParallelism(), cells.length),
      signal: terminal.signal,
      onProgress: progress.tell,
    });
    return report;
  } finally {
    progress.end();
    pool.close();
    journal?.close();
    if (journal !== null && report?.complete !== true && journal.keptCount > 0)
      terminal.note(`Finished cells are kept: the same command with --out ${out} goes on from there.`);
  }
}

const cellLog = (out: string): string => join(out, "cells.jsonl");

/** Scenarios are read again only where there is a kept cell to check against them. */
function journalIn(out: string, runCell: RunCell): CellJournal {
  const hashes = new Map<string, Promise<string>>();
  const hashOf = ({ scenario, objective }: CellSpec) => {
    const known = hashes.get(scenario) ?? resolveScenario(scenario, { objective }).then(scenarioHash);
    hashes.set(scenario, known);
    return known;
  };
  return openJournal({ path: cellLog(out), versions, runCell, hashOf });
}

/**
 * Progress in the unit of the budget, or in cells where the budget is one of time. A finished cell
 * counts with its whole budget.
 */
function progressOf({ budget }: CompareRequest, cellCount: number, terminal: Terminal) {
  const { unit, amount } = leadingLimit(budget);
  const isCounted = unit === "simulations" || unit === "evaluations";
  const each = isCounted ? amount : 1;
  const progress = startProgress(terminal, cellCount * each, isCounted ? unit : "cells");
  const running = new Map<CellSpec, number>();
  return {
    tell({ cell, state, spent, finishedCells }: CompareProgress) {
      running.set(cell, isCounted ? spent : 0);
      if (state === "finished") running.delete(cell);
      const done = finishedCells * each + [...running.values()].reduce((sum, amount) => sum + amount, 0);
      const doing = [...running.keys()].map(({ method, scenario }) => `${method} on ${scenario}`);
      progress.update(done, doing.join(", "));
    },
    end: progress.end,
  };
}

/** Headings in bold, the rest as it is. */
function painted(text: string, { colour }: Terminal): string {
  const { bold } = pc.createColors(colour);
  return text.replace(/(^|\n\n)([^\n]+)/g, (_, before: string, heading: string) => before + bold(heading));
}
