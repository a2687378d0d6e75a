/**
 * `train`: one agent on one scenario into a run directory. A run that was stopped or killed goes on
 * with `--resume`: same curve, same weights.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { leadingLimit } from "../../env/sim/evaluator/budget.ts";
import { leadingSpent } from "../../env/sim/evaluator/meter.ts";
import { formatCount, formatGap, formatValue } from "../../results/format.ts";
import {
  resumeTraining,
  train as startTraining,
  type TrainHooks,
  type TrainResult,
} from "../../results/training/train.ts";
import {
  backendFlag,
  backendOf,
  budgetFlags,
  budgetOf,
  defineCommand,
  type Flags,
  jsonFlag,
  objectiveFlag,
  seedFlag,
  type Values,
} from "../command.ts";
import { newFolder } from "../files.ts";
import { jsonText } from "../json.ts";
import { startProgress } from "../terminal/progress.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";
import { versions } from "../version.ts";

const flags = {
  agent: {
    type: "text",
    placeholder: "ID",
    describe: 'an id, an id with options such as "reinforce?batch=20", or a path such as ./mine.ts',
    default: "reinforce",
  },
  scenario: { type: "text", placeholder: "URI", describe: "a URI such as inception-v3/2xP100, or a file" },
  objective: objectiveFlag,
  ...budgetFlags,
  seed: seedFlag,
  backend: backendFlag,
  "checkpoint-every": {
    type: "integer",
    min: 1,
    default: 10,
    placeholder: "N",
    describe: "updates from one checkpoint to the next",
  },
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "a folder that holds no run yet",
    defaultText: "a new folder in runs/",
  },
  resume: {
    type: "text",
    placeholder: "DIR",
    describe: "go on with the run in this folder, as it was started; other flags do not apply",
  },
  json: jsonFlag,
} as const satisfies Flags;

export const train = defineCommand({
  name: "train",
  summary: "Trains an agent on a scenario and keeps its curve, its plans and checkpoints in a run directory.",
  positionals: [],
  flags,
  examples: [
    "train --agent reinforce --scenario inception-v3/2xP100 --simulations 2000 --out runs/first",
    "train --resume runs/first",
  ],
  async run({ values }, terminal) {
    const path = values.resume ?? values.out ?? newFolder("runs", "train");
    const hooks = hooksOf(terminal);
    const result = await (values.resume === undefined
      ? startTraining(path, requestOf(values, terminal), hooks)
      : resumeTraining(path, hooks)
    ).finally(hooks.end);
    if (result.backend !== null) terminal.note(`TensorFlow.js backend: ${result.backend}`);
    terminal.write(values.json ? jsonText({ ...result, out: path }) : textOf(result, path));
    return result.feasible ? EXIT.done : EXIT.failed;
  },
});

function requestOf(values: Values<typeof flags>, terminal: Terminal) {
  if (values.scenario === undefined)
    throw new InputError('"train" needs a scenario: --scenario URI, or --resume DIR to go on with a run.');
  return {
    scenario: values.scenario,
    agent: values.agent,
    seed: values.seed,
    budget: budgetOf(values),
    objective: values.objective as Objective | undefined,
    backend: backendOf(values.backend, terminal),
    checkpointEvery: values["checkpoint-every"],
  };
}

/** Progress begins with the first step, because only a step knows the budget of a resumed run. */
function hooksOf(terminal: Terminal): TrainHooks & { end(): void } {
  let progress: ReturnType<typeof startProgress> | null = null;
  return {
    clock: terminal.seconds,
    cpuClock: terminal.cpuSeconds,
    signal: terminal.signal,
    versions,
    onStep({ update, metrics }, meter) {
      const { unit, amount } = leadingLimit(meter.budget);
      progress ??= startProgress(terminal, amount, unit);
      const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
      progress.update(leadingSpent(meter), `update ${update}, ${numbers.join(", ")}`);
    },
    end: () => progress?.end(),
  };
}

function textOf(result: TrainResult, path: string): string {
  const { agent, scenario, value, unit, bound, boundArgument, gap, updates, simulations, finished } = result;
  const best = value === null ? "no plan that fits in memory" : formatValue(unit, value);
  const against =
    gap === null ? "" : `, ${formatGap(gap)} above the bound ${formatValue(unit, bound)} (${boundArgument})`;
  const lines = [
    `${agent} on ${scenario}: ${best}${against}`,
    `${formatCount(updates)} updates, ${formatCount(simulations)} simulations`,
    `Run: ${path}`,
  ];
  if (!finished)
    lines.push(
      existsSync(join(path, "run.json"))
        ? `Stopped before the end of its budget; go on with: placement-gym train --resume ${path}`
        : "Stopped before the first update; nothing was kept.",
    );
  return `${lines.join("\n")}\n`;
}
