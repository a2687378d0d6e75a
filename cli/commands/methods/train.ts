/**
 * `train`: one agent on one scenario or several into a run directory. A run that was stopped or
 * killed goes on with `--resume`: same curve, same weights.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DeviceSpeeds } from "../../../env/model/cluster/slower-devices.ts";
import { InputError } from "../../../env/model/errors.ts";
import { unknownWorkLines } from "../../../env/model/graph/unknown-work.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { leadingLimit } from "../../../env/sim/evaluator/budget.ts";
import { leadingSpent } from "../../../env/sim/evaluator/meter.ts";
import { formatCount, formatGap, formatValue } from "../../../results/text/format.ts";
import { evaluationFilesIn } from "../../../results/training/copies/evaluations.ts";
import { readPolicy } from "../../../results/training/policy-file.ts";
import type {
  TrainedScenario,
  TrainHooks,
  TrainRequest,
  TrainResult,
} from "../../../results/training/request.ts";
import { resumeTraining, train as startTraining } from "../../../results/training/train.ts";
import { withMembers } from "../../../scenarios/address.ts";
import {
  backendFlag,
  backendOf,
  budgetFlags,
  budgetOf,
  defineCommand,
  type Flags,
  jsonFlag,
  logEvaluationsFlag,
  objectiveFlag,
  seedFlag,
  type Values,
} from "../../command.ts";
import { inFolder } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { startActors } from "../../pool/actors.ts";
import { queueFlag } from "../../pool/queue/address.ts";
import { tellLogs } from "../../terminal/logs-text.ts";
import { startProgress } from "../../terminal/progress.ts";
import { rateText, startRates } from "../../terminal/rates.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";

const flags = {
  agent: {
    type: "text",
    placeholder: "ID",
    describe: 'an id, an id with options such as "reinforce?batch=20", or a path such as ./mine.ts',
    defaultText: "the agent of --init, else reinforce",
  },
  scenario: { type: "text", placeholder: "URI", describe: "a URI such as inception-v3/2xP100, or a file" },
  scenarios: {
    type: "list",
    placeholder: "A,B",
    describe: "URIs, members of families such as nmt/train, or files; each update is on one drawn at random",
  },
  init: {
    type: "text",
    placeholder: "DIR",
    describe: "begin with the policy of the finished run in this folder",
    defaultText: "a fresh policy",
  },
  objective: objectiveFlag,
  ...budgetFlags,
  seed: seedFlag,
  backend: backendFlag,
  "evaluate-on": {
    type: "list",
    placeholder: "A,B",
    describe: "scenarios that the policy plans for now and then, charged apart; the best policy is kept",
    defaultText: "none",
  },
  "evaluate-every": {
    type: "integer",
    min: 1,
    default: 10,
    placeholder: "N",
    describe: "updates from one evaluation to the next",
  },
  patience: {
    type: "integer",
    min: 1,
    placeholder: "N",
    describe: "evaluations without a better policy after which training ends",
    defaultText: "no early end",
  },
  noise: {
    type: "number",
    min: 0,
    default: 0,
    placeholder: "SHARE",
    describe: "what the agent measures is off by at most this share of a step time; results stay exact",
  },
  "slow-device": {
    type: "list",
    placeholder: "NAME=SHARE",
    describe: "devices that run at a share of the speed that the agent sees, such as gpu:0=0.8",
    defaultText: "none",
  },
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
  "log-evaluations": logEvaluationsFlag,
  actors: {
    type: "integer",
    min: 1,
    default: 1,
    placeholder: "N",
    describe: "processes that simulate the plans of an update at once, this one among them; same results",
  },
  queue: queueFlag,
  resume: {
    type: "text",
    placeholder: "DIR",
    describe:
      "go on with the run in this folder, as it was started; besides --actors, --queue, --log-evaluations and --json no other flag applies",
  },
  json: jsonFlag,
} as const satisfies Flags;

export const train = defineCommand({
  name: "train",
  summary:
    "Trains an agent on one scenario or several and keeps its curve, plans, checkpoints and policy in a run directory.",
  positionals: [],
  flags,
  examples: [
    "train --agent reinforce --scenario inception-v3/2xP100 --simulations 2000 --out runs/first",
    "train --agent placeto --scenarios nmt/train/0-7/2xK80 --simulations 20000 --out runs/nmt",
    "train --init runs/nmt --scenario nmt/test/0/2xK80 --simulations 2000",
    "train --scenario toy/memory --simulations 2000 --noise 0.05 --slow-device gpu:0=0.8",
    "train --scenario gnmt-8/8xP100 --simulations 20000 --actors 4",
    "train --agent tapp --scenario bert-base/4xK80 --simulations 2000 --actors 3 --queue redis://10.0.0.5:6379",
    "train --resume runs/first",
  ],
  async run({ values }, terminal) {
    const { end, ...own } = hooksOf(terminal);
    const actors = await startActors({ count: values.actors, queue: values.queue }, terminal);
    const run = async (path: string) => {
      const logTo = values["log-evaluations"] ? path : undefined;
      const hooks = { ...own, logTo, actors: actors ?? undefined };
      const result = await (values.resume === undefined
        ? startTraining(path, requestOf(values, terminal), hooks)
        : resumeTraining(path, hooks));
      return { path, result };
    };
    const { path, result } = await inFolder(values.resume ?? values.out, "train", run).finally(async () => {
      end();
      await actors?.close();
    });
    if (actors?.isAsked === false)
      terminal.note("No plan went to another actor: this process simulated them all.");
    if (result.backend !== null) terminal.note(`TensorFlow.js backend: ${result.backend}`);
    if (values["log-evaluations"]) tellLogs(evaluationFilesIn(path), terminal);
    terminal.write(values.json ? jsonText({ ...result, out: path }) : textOf(result, path));
    const { scenarios } = result;
    return scenarios.length > 0 && scenarios.every(({ feasible }) => feasible) ? EXIT.done : EXIT.failed;
  },
});

function requestOf(values: Values<typeof flags>, terminal: Terminal): TrainRequest {
  const { init } = values;
  return {
    scenarios: scenariosOf(values),
    agent: values.agent ?? (init === undefined ? "reinforce" : readPolicy(init).method),
    init,
    seed: values.seed,
    budget: budgetOf(values),
    objective: values.objective as Objective | undefined,
    backend: backendOf(values.backend, terminal),
    checkpointEvery: values["checkpoint-every"],
    ...evaluationOf(values),
    ...(values.noise > 0 && { noise: values.noise }),
    ...(values["slow-device"] !== undefined && { slowDevices: speedsOf(values["slow-device"]) }),
  };
}

function scenariosOf({ scenario, scenarios }: Values<typeof flags>): readonly string[] {
  if (scenario !== undefined && scenarios !== undefined)
    throw new InputError("Both --scenario and --scenarios were given, expected one of them.");
  if (scenarios !== undefined) return withMembers(scenarios);
  if (scenario === undefined)
    throw new InputError(
      '"train" needs a scenario: --scenario URI, several with --scenarios A,B, or --resume DIR to go on with a run.',
    );
  return [scenario];
}

function evaluationOf(values: Values<typeof flags>): Pick<TrainRequest, "evaluation"> {
  const { "evaluate-on": scenarios, "evaluate-every": every, patience } = values;
  if (scenarios === undefined && patience !== undefined)
    throw new InputError("Flag --patience needs scenarios to evaluate on: --evaluate-on A,B.");
  if (scenarios === undefined) return {};
  return {
    evaluation: { every, scenarios: withMembers(scenarios), ...(patience !== undefined && { patience }) },
  };
}

function speedsOf(given: readonly string[]): DeviceSpeeds {
  const entries = given.map((text) => {
    const [, name, share] = /^(.+)=([^=]+)$/.exec(text) ?? [];
    if (name === undefined || !Number.isFinite(Number(share)))
      throw new InputError(
        `Flag --slow-device is "${text}", expected a device and its speed such as gpu:0=0.8.`,
      );
    return [name, Number(share)] as const;
  });
  return Object.fromEntries(entries);
}

/** Progress begins with the first step, because only a step knows the budget of a resumed run. */
function hooksOf(terminal: Terminal): TrainHooks & { end(): void } {
  let progress: ReturnType<typeof startProgress> | null = null;
  const rates = startRates();
  return {
    clock: terminal.seconds,
    cpuClock: terminal.cpuSeconds,
    signal: terminal.signal,
    versions,
    onStep({ update, metrics, simulations }, ledger, bestGap) {
      const { unit, amount } = leadingLimit(ledger.budget);
      const spent = leadingSpent(ledger);
      progress ??= startProgress(terminal, amount, unit, { from: spent });
      const speeds = rates.at(terminal.seconds(), [simulations, update]);
      const told = [
        `update ${formatCount(update)}`,
        bestGap === null ? "no plan that fits yet" : `best gap ${formatGap(bestGap)}`,
        ...(speeds === null ? [] : [speedText(speeds)]),
        ...Object.entries(metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`),
      ];
      progress.update(spent, told.join(", "));
    },
    end: () => progress?.end(),
  };
}

const speedText = ([simulations, updates]: readonly number[]): string =>
  `${rateText(simulations)} simulations/s, ${rateText(updates)} updates/s`;

function textOf(result: TrainResult, path: string): string {
  const { scenarios, updates, simulations, evaluations, pretraining, finished } = result;
  const spent = `${formatCount(simulations)} simulations, ${formatCount(evaluations)} evaluations`;
  const lines = [
    ...scenarios.flatMap((trained) => linesOf(result.agent, trained)),
    `${formatCount(updates)} updates, ${spent}`,
  ];
  if (pretraining !== null)
    lines.push(
      `Began with the policy of ${pretraining.run}, trained with ${formatCount(pretraining.simulations)} simulations`,
    );
  lines.push(...evaluationLines(result), ...conditionLines(result), `Run: ${path}`);
  if (!finished)
    lines.push(
      existsSync(join(path, "run.json"))
        ? `Stopped before the end of its budget; go on with: placement-gym train --resume ${path}`
        : "Stopped before the first update; nothing was kept.",
    );
  return `${lines.join("\n")}\n`;
}

function evaluationLines({ evaluation }: TrainResult): string[] {
  if (evaluation === null || evaluation.bestGap === null) return [];
  const { bestGap, bestUpdate, simulations, stoppedEarly } = evaluation;
  const spent = `${formatCount(simulations)} simulations apart`;
  const best = `Evaluated: lowest mean gap ${formatGap(bestGap)} after update ${bestUpdate} (policy-best.json), ${spent}`;
  return [
    best,
    ...(stoppedEarly ? ["Ended early: the policy had not improved for as long as --patience"] : []),
  ];
}

function conditionLines({ noise, slowDevices }: TrainResult): string[] {
  const slow = Object.entries(slowDevices).map(([name, share]) => `${name} at ${share} of its speed`);
  const parts = [...(noise > 0 ? [`noise of ${noise} on step times`] : []), ...slow];
  return parts.length === 0 ? [] : [`Trained under ${parts.join(" and ")}; the values above are exact`];
}

/**
 * The best plan that training came across, and the plan that the final policy makes by itself. The
 * second is what was learned; the first may be luck.
 */
function linesOf(agent: string, trained: TrainedScenario): string[] {
  const { scenario, unit, value, gap, bound, boundArgument } = trained;
  const { greedyPlan, greedyValue, greedyGap, greedyEvaluations } = trained;
  const told = (of: number | null, above: number | null) =>
    [
      of === null ? "no plan that fits in memory" : formatValue(unit, of),
      ...(above === null ? [] : [`${formatGap(above)} above the bound`]),
    ].join(", ");
  const calls = `${formatCount(greedyEvaluations)} evaluation${greedyEvaluations === 1 ? "" : "s"}`;
  const own =
    greedyPlan === null
      ? "none, since the run ended before it"
      : `${told(greedyValue, greedyGap)} (${calls} of its own)`;
  return [
    `${agent} on ${scenario}: bound ${formatValue(unit, bound)} (${boundArgument})`,
    `  best plan found:        ${told(value, gap)}`,
    `  the policy's own plan:  ${own}`,
    ...unknownWorkLines(trained.unknownWork).map((line) => `  ${line}`),
  ];
}
