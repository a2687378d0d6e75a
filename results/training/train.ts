/**
 * Trains one agent on one scenario or several into a run directory, and resumes a run that was
 * stopped or killed.
 *
 * A checkpoint holds the agent's state, the meters' states and the lengths of the logs. It is one
 * file, replaced atomically. A resumed run loads the states and cuts the logs back. It therefore
 * leaves the same logs, plans and weights as an uninterrupted run; only `times.json` differs. The
 * random stream is that of the cell with seed index 0, so `train` and `compare` agree on the same
 * budget.
 */
import { join } from "node:path";
import type { Agent } from "../../agents/contract.ts";
import { parseSpec } from "../../agents/registry/spec.ts";
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { checkLog } from "../files/append-log.ts";
import { lockFolder } from "../files/folder-lock.ts";
import { readCheckpoint, readTimes } from "./checkpoint-file.ts";
import { checkConditions } from "./conditions.ts";
import type { TrainHooks, TrainParts, TrainRequest, TrainResult } from "./request.ts";
import { type RunDescription, type RunInputs, refuseOther } from "./run-description.ts";
import {
  createRunDirectory,
  openRunDirectory,
  readDescription,
  readRunFile,
  refuseExistingRun,
} from "./run-directory.ts";
import { knownMethods } from "./run-inputs.ts";
import { requestIn } from "./train-config.ts";
import { type Resumed, runTraining } from "./training-loop.ts";

/** Starts a run in a directory that holds none. */
export async function train(path: string, request: TrainRequest, hooks: TrainHooks): Promise<TrainResult> {
  return trainParts(path, request, await partsOf(request), hooks);
}

/** Goes on with the run in a directory, by the request it was started with. */
export async function resumeTraining(path: string, hooks: TrainHooks): Promise<TrainResult> {
  const request = requestIn(path, readDescription(path));
  return resumeParts(path, await partsOf(request), hooks);
}

export async function trainParts(
  path: string,
  request: TrainRequest,
  parts: TrainParts,
  hooks: TrainHooks,
): Promise<TrainResult> {
  if (!Number.isInteger(request.checkpointEvery) || request.checkpointEvery < 1)
    throw new InputError(
      `Checkpoints are asked for every ${request.checkpointEvery} updates, expected a whole number of at least 1.`,
    );
  for (const [, scenario] of allScenarios(parts)) checkConditions(scenario, request);
  refuseUncounted(request, hooks);
  refuseExistingRun(path);
  const { seed, ...config } = request;
  const open = (agent: Agent) =>
    createRunDirectory(path, {
      kind: "train",
      config,
      seed,
      versions: hooks.versions ?? {},
      backend: agent.backend,
      scenarios: Object.fromEntries(
        [...allScenarios(parts)].map(([name, scenario]) => [name, scenarioHash(scenario)]),
      ),
      ...(parts.inputs ?? NO_INPUTS),
    });
  return locked(path, () => runTraining({ open, request, parts, hooks, resumed: null }));
}

function refuseUncounted({ budget }: TrainRequest, { actors }: TrainHooks): void {
  if (budget.cpuSeconds !== undefined && actors !== undefined && actors.count > 1)
    throw new InputError("A budget in CPU seconds counts one process; take another budget with --actors.");
}

const NO_INPUTS: RunInputs = { files: {}, options: {} };

export async function resumeParts(path: string, parts: TrainParts, hooks: TrainHooks): Promise<TrainResult> {
  const description = readDescription(path);
  const request = requestIn(path, description);
  refuseUncounted(request, hooks);
  return locked(path, () => {
    if (readRunFile(path, "result.json") !== undefined)
      throw new InputError(`The run in "${path}" is finished; there is nothing to resume.`);
    refuseChanges(path, description, parts, hooks);
    const resumed = resumedFrom(path, request);
    const open = () => {
      const { metricsBytes = 0, plansBytes = 0 } = resumed?.checkpoint ?? {};
      return openRunDirectory(path, { metricsBytes, plansBytes });
    };
    return runTraining({ open, request, parts, hooks, resumed });
  });
}

async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = lockFolder(path);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function refuseChanges(path: string, begun: RunDescription, parts: TrainParts, hooks: TrainHooks): void {
  refuseOther(path, begun, { ...(parts.inputs ?? NO_INPUTS), versions: hooks.versions ?? {} });
  for (const [name, scenario] of allScenarios(parts))
    if (begun.scenarios[name] !== scenarioHash(scenario))
      throw new InputError(
        `Scenario "${name}" has changed since the run in "${path}" began; its content hash differs.`,
      );
}

/** Null where the run was ended before its first checkpoint. */
function resumedFrom(path: string, { scenarios }: TrainRequest): Resumed | null {
  const checkpoint = readCheckpoint(path, scenarios);
  if (checkpoint === null) return null;
  const { metricsBytes, metricsSha256, plansBytes, plansSha256 } = checkpoint;
  checkLog(join(path, "metrics.jsonl"), metricsBytes, metricsSha256);
  checkLog(join(path, "plans.jsonl"), plansBytes, plansSha256);
  return { checkpoint, times: readTimes(path) };
}

/** To train on and to evaluate on; a name is the same scenario in both. */
const allScenarios = ({ scenarios, heldOut = new Map() }: TrainParts): ReadonlyMap<string, Scenario> =>
  new Map([...scenarios, ...heldOut]);

async function partsOf({ scenarios: names, agent, init, ...rest }: TrainRequest): Promise<TrainParts> {
  const { objective, evaluation } = rest;
  const { target, finetune } = parseSpec(agent);
  if (finetune > 0)
    throw new InputError(
      `"${agent}": training goes on for as long as its own budget; leave "finetune" to solve, compare and evaluate.`,
    );
  const { methods, inputs } = await knownMethods([agent], init);
  const { module, options, given, trained } = methods.get(agent)!;
  if (module.kind !== "agent")
    throw new InputError(`"${agent}" is a planner and has nothing to train; run it with solve or compare.`);
  const scenarios = await scenariosNamed(names, objective);
  const heldOut = evaluation && (await scenariosNamed(evaluation.scenarios, objective));
  return { scenarios, heldOut, module, options, named: { method: target, given }, init: trained, inputs };
}

async function scenariosNamed(
  names: readonly string[],
  objective: TrainRequest["objective"],
): Promise<TrainParts["scenarios"]> {
  if (names.length === 0) throw new InputError("No scenario to train on; name at least one.");
  const scenarios = new Map<string, Scenario>();
  for (const name of names) {
    if (scenarios.has(name)) throw new InputError(`Scenario "${name}" is named twice; name it once.`);
    scenarios.set(name, await resolveScenario(name, { objective }));
  }
  return scenarios;
}
