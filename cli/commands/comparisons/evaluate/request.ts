/** What `evaluate` is asked, from its flags. */
import { generalSpecs } from "../../../../agents/registry/registry.ts";
import { InputError } from "../../../../env/model/errors.ts";
import type { Objective } from "../../../../env/model/scenario.ts";
import type { Budget } from "../../../../env/sim/evaluator/budget.ts";
import type { EvaluationRequest } from "../../../../results/evaluation/contract.ts";
import { trackNamed } from "../../../../results/leaderboard/tracks/tracks.ts";
import { knownMethods } from "../../../../results/training/run-inputs.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";
import {
  backendFlag,
  backendOf,
  type Flags,
  jobsFlag,
  jsonFlag,
  logEvaluationsFlag,
  objectiveFlag,
  seedFlag,
  type Values,
} from "../../../command.ts";
import { queueFlag } from "../../../pool/queue/address.ts";
import type { Terminal } from "../../../terminal/terminal.ts";
import { chosenScenarios, scenarioFlags } from "../chosen-scenarios.ts";
import { shardFlag } from "./shard.ts";

const ALL = "all";
const DEFAULT_SIMULATIONS = [100, 300, 1_000];

export const flags = {
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
  shard: shardFlag,
  queue: queueFlag,
  "log-evaluations": logEvaluationsFlag,
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
    defaultText: "what its policy or its weights tell",
  },
  json: jsonFlag,
} as const satisfies Flags;

export async function requestOf(
  values: Values<typeof flags>,
  terminal: Terminal,
): Promise<EvaluationRequest> {
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

/** What is declared, and what policies and weights of the package tell. */
async function trainedOn(
  methods: readonly string[],
  declared: readonly string[],
): Promise<EvaluationRequest["trainedOn"]> {
  const sources = new Map<string, readonly string[]>();
  const add = (method: string, names: readonly string[]) =>
    sources.set(method, [...new Set([...(sources.get(method) ?? []), ...names])]);
  for (const [spec, { module, trained }] of (await knownMethods(methods)).methods) {
    if (module.card.trainedOn !== undefined) add(spec, module.card.trainedOn);
    if (trained !== null) add(spec, trained.scenarios);
  }
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
