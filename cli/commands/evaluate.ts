/**
 * `evaluate`: methods on scenarios at several budgets, each cell with several seeds. Prints a table
 * of scores for each budget and writes a page. Cells are kept as they finish, so that the same
 * command goes on where it was stopped, and a further one extends what is there.
 */
import { generalSpecs } from "../../agents/registry/registry.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import { sampleSize, startOrder, weightsOf } from "../../results/evaluation/cell-order.ts";
import type { EvaluationRequest } from "../../results/evaluation/contract.ts";
import {
  checkEvaluation,
  type Evaluated,
  evaluationCells,
  evaluate as runEvaluation,
} from "../../results/evaluation/evaluate.ts";
import { type EvaluationFolder, openEvaluation } from "../../results/evaluation/evaluation-folder.ts";
import { formatEvaluation } from "../../results/evaluation/evaluation-text.ts";
import { trackNamed } from "../../results/leaderboard/tracks/tracks.ts";
import { knownMethods } from "../../results/training/run-inputs.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import {
  backendFlag,
  backendOf,
  defineCommand,
  type Flags,
  jobsFlag,
  jsonFlag,
  objectiveFlag,
  seedFlag,
  type Values,
} from "../command.ts";
import { inFolder } from "../files.ts";
import { jsonText } from "../json.ts";
import { withWorkers } from "../pool/run-cells.ts";
import { originOf } from "../reports/origin.ts";
import { writeTables } from "../terminal/painted.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";
import { versions } from "../version.ts";
import { chosenScenarios, scenarioFlags } from "./chosen-scenarios.ts";

const ALL = "all";
const DEFAULT_SIMULATIONS = [100, 300, 1_000];

const flags = {
  ...scenarioFlags,
  methods: {
    type: "list",
    placeholder: "X,Y",
    describe:
      "ids, ids with options, policies such as placeto@runs/nmt, paths such as ./mine.ts, or all: " +
      "the agents and all planners that answer any scenario of the objective",
    defaultText: ALL,
  },
  simulations: {
    type: "list",
    placeholder: "N,M",
    describe: "budget classes in simulations, each with cells of its own",
    defaultText: "100,300,1000 where no --cpu-seconds are given",
  },
  "cpu-seconds": {
    type: "list",
    placeholder: "S,T",
    describe: "budget classes in user and system seconds; cells that these stop may differ next time",
    defaultText: "none",
  },
  seeds: { type: "integer", min: 1, default: 5, placeholder: "K", describe: "repetitions of every cell" },
  seed: seedFlag,
  objective: objectiveFlag,
  backend: backendFlag,
  jobs: jobsFlag,
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "where cells, report and page go; a folder that holds an evaluation is continued and extended",
    defaultText: "a new folder in runs/",
  },
  track: {
    type: "text",
    placeholder: "ID",
    describe: "track of the leaderboard that it is for; without --suite and --scenarios also its scenarios",
    defaultText: "none",
  },
  "trained-on": {
    type: "repeated",
    placeholder: "METHOD=A,B",
    describe: "scenarios, splits or families that a method has learned from; may be repeated",
    defaultText: "what its policy tells",
  },
  json: jsonFlag,
} as const satisfies Flags;

export const evaluate = defineCommand({
  name: "evaluate",
  summary:
    "Runs methods on scenarios at several budgets and seeds; prints scores with intervals and ranks, and writes one HTML page.",
  positionals: [],
  flags,
  examples: [
    "evaluate --suite toy --methods heft,tabu,placeto --simulations 100 --seeds 3",
    "evaluate --suite board-v1 --methods all --out runs/board",
    "evaluate --scenarios nmt/test/0-3/4xK80 --methods heft,brkga --simulations 300,1000 --cpu-seconds 2",
  ],
  async run({ values }, terminal) {
    const request = await requestOf(values, terminal);
    checkEvaluation(request);
    const name = `evaluate-${values.suite?.replaceAll("/", "-") ?? "scenarios"}`;
    return inFolder(values.out, name, async (path) => {
      const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
      const folder = await openEvaluation({ path, request, versions, inputsOf });
      try {
        const evaluated = await cellsIn(folder, { path, jobs: values.jobs }, terminal);
        const page = await folder.write(evaluated, originOf("evaluate", flags, values));
        if (values.json) terminal.write(jsonText({ ...evaluated.report, out: path }));
        else writeTables(`${formatEvaluation(evaluated)}\nPage: ${page}\n`, terminal);
        const hasFault = evaluated.report.cells.some(({ ended }) => ended === "fault");
        return hasFault ? EXIT.failed : EXIT.done;
      } finally {
        folder.close();
      }
    });
  },
});

/** Runs what the folder lacks, with a word on what it has. */
async function cellsIn(
  folder: EvaluationFolder,
  { path, jobs }: { readonly path: string; readonly jobs: number | undefined },
  terminal: Terminal,
): Promise<Evaluated> {
  const { request, notes } = folder;
  for (const note of notes) terminal.note(note);
  const cells = evaluationCells(request);
  const missing = cells.filter((cell) => folder.kept(cell) === undefined);
  if (missing.length < cells.length)
    terminal.note(
      `"${path}" holds an evaluation: ${cells.length - missing.length} of its ${cells.length} cells are kept.`,
    );
  const weights = await weightsOf(request);
  const waits = new Set(missing);
  const kept = cells.filter((cell) => !waits.has(cell));
  const inOrder = [...kept, ...startOrder(missing, weights)];
  const { methods } = request;
  const workers = { cells: inOrder, methods, jobs, folder, tellTimeAfter: sampleSize(missing) };
  let evaluated: Evaluated | undefined;
  try {
    evaluated = await withWorkers(workers, terminal, (hooks) =>
      runEvaluation(request, hooks, (waiting) => startOrder(waiting, weights)),
    );
  } finally {
    if (evaluated?.report.complete !== true && folder.keptCount > 0)
      terminal.note(`Finished cells are kept: the same command with --out ${path} goes on from there.`);
  }
  return evaluated;
}

async function requestOf(values: Values<typeof flags>, terminal: Terminal): Promise<EvaluationRequest> {
  const { scenarios, objective: own } = scenariosIn(values);
  const objective = (values.objective as Objective | undefined) ?? own;
  const methods = await methodsOf(values.methods ?? [ALL], scenarios, objective);
  return {
    scenarios,
    methods,
    seeds: values.seeds,
    seed: values.seed,
    budgets: budgetsOf(values),
    objective,
    backend: backendOf(values.backend, terminal),
    track: values.track ?? null,
    trainedOn: await trainedOn(methods, values["trained-on"] ?? []),
  };
}

/** Those that are named, else those of the track. */
function scenariosIn(values: Values<typeof flags>): ReturnType<typeof chosenScenarios> {
  const { track: id, scenarios: named, suite } = values;
  if (id === undefined) return chosenScenarios(values);
  const { scenarios, objective } = trackNamed(id);
  if (named !== undefined || suite !== undefined) return chosenScenarios(values);
  return { scenarios: scenarios.map(([uri]) => uri), objective };
}

function budgetsOf({ simulations, "cpu-seconds": cpuSeconds }: Values<typeof flags>): Budget[] {
  const counts = simulations?.map((text) => amountOf("simulations", text));
  const times = cpuSeconds?.map((text) => amountOf("cpu-seconds", text)) ?? [];
  const classes = counts ?? (times.length === 0 ? DEFAULT_SIMULATIONS : []);
  return [
    ...classes.map((amount) => ({ simulations: amount })),
    ...times.map((amount) => ({ cpuSeconds: amount })),
  ];
}

/** What a budget may be is checked with the request. */
function amountOf(flag: string, text: string): number {
  const amount = Number(text);
  if (text.trim() === "" || !Number.isFinite(amount))
    throw new InputError(`--${flag} holds "${text}", expected numbers with commas between.`);
  return amount;
}

/** The word `all` stands for every method that plans for the objectives of the scenarios. */
async function methodsOf(
  asked: readonly string[],
  scenarios: readonly string[],
  objective: Objective | undefined,
): Promise<readonly string[]> {
  if (!asked.includes(ALL)) return asked;
  const objectives = new Set<Objective>();
  for (const scenario of scenarios)
    objectives.add((await resolveScenario(scenario, { objective })).objective);
  const all = generalSpecs([...objectives]);
  return [...new Set(asked.flatMap((spec) => (spec === ALL ? all : [spec])))];
}

/** What is declared, and what the policies themselves tell. */
async function trainedOn(
  methods: readonly string[],
  declared: readonly string[],
): Promise<EvaluationRequest["trainedOn"]> {
  const sources = new Map<string, readonly string[]>();
  const add = (method: string, names: readonly string[]) =>
    sources.set(method, [...new Set([...(sources.get(method) ?? []), ...names])]);
  for (const [spec, { trained }] of (await knownMethods(methods)).methods)
    if (trained !== null) add(spec, trained.scenarios);
  for (const text of declared) {
    const method = methods
      .filter((spec) => text.startsWith(`${spec}=`))
      .sort((a, b) => b.length - a.length)[0];
    const names =
      method === undefined
        ? []
        : text
            .slice(method.length + 1)
            .split(",")
            .filter(Boolean);
    if (method === undefined || names.length === 0)
      throw new InputError(
        `--trained-on is "${text}", expected METHOD=A,B with one of the methods evaluated.`,
      );
    add(method, names);
  }
  return Object.fromEntries(sources);
}
