/**
 * Trains one agent on one scenario into a run directory, and resumes a run that was stopped or
 * killed.
 *
 * A checkpoint holds the agent's state, the meter's state and the lengths of the logs. It is one
 * file, replaced atomically. A resumed run loads both states and cuts the logs back. It therefore
 * leaves the same logs, plan and weights as an uninterrupted run; only `times.json` differs. The
 * random stream is that of the cell with seed index 0, so `train` and `compare` agree on the same
 * budget.
 */
import type { Agent } from "../../agents/contract.ts";
import { resolveMethod } from "../../agents/registry/registry.ts";
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { CHECKPOINT, type Checkpoint, type MeterTimes, TIMES } from "./checkpoint.ts";
import {
  createRunDirectory,
  openRunDirectory,
  readDescription,
  readRunFile,
  refuseExistingRun,
} from "./run-directory.ts";
import {
  runTraining,
  type TrainHooks,
  type TrainParts,
  type TrainRequest,
  type TrainResult,
} from "./training-loop.ts";

export type { TrainHooks, TrainParts, TrainRequest, TrainResult } from "./training-loop.ts";

/** Starts a run in a directory that holds none. */
export async function train(path: string, request: TrainRequest, hooks: TrainHooks): Promise<TrainResult> {
  return trainParts(path, request, await partsOf(request), hooks);
}

/** Goes on with the run in a directory, by the request it was started with. */
export async function resumeTraining(path: string, hooks: TrainHooks): Promise<TrainResult> {
  const request = requestOf(path);
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
  refuseExistingRun(path);
  const { seed, ...config } = request;
  const open = (agent: Agent) =>
    createRunDirectory(path, {
      kind: "train",
      config,
      seed,
      versions: hooks.versions ?? {},
      backend: agent.backend,
      scenarios: { [request.scenario]: scenarioHash(parts.scenario) },
    });
  return runTraining(open, request, parts, hooks, null);
}

export async function resumeParts(path: string, parts: TrainParts, hooks: TrainHooks): Promise<TrainResult> {
  const request = requestOf(path);
  if (readRunFile(path, "result.json") !== undefined)
    throw new InputError(`The run in "${path}" is finished; there is nothing to resume.`);
  if (readDescription(path).scenarios[request.scenario] !== scenarioHash(parts.scenario))
    throw new InputError(
      `Scenario "${request.scenario}" has changed since the run in "${path}" began; its content hash differs.`,
    );
  const checkpoint = (readRunFile(path, CHECKPOINT) ?? null) as Checkpoint | null;
  const open = () => {
    const run = openRunDirectory(path);
    run.metrics.cutTo(checkpoint?.metricsBytes ?? 0);
    run.plans.cutTo(checkpoint?.plansBytes ?? 0);
    return run;
  };
  const from = checkpoint === null ? null : { checkpoint, times: readRunFile(path, TIMES) as MeterTimes };
  return runTraining(open, request, parts, hooks, from);
}

async function partsOf({ scenario, agent, objective }: TrainRequest): Promise<TrainParts> {
  const { module, options } = await resolveMethod(agent);
  if (module.kind !== "agent")
    throw new InputError(`"${agent}" is a planner and has nothing to train; run it with solve or compare.`);
  return { scenario: await resolveScenario(scenario, { objective }), module, options };
}

function requestOf(path: string): TrainRequest {
  const { kind, config, seed } = readDescription(path);
  if (kind !== "train") throw new InputError(`The run in "${path}" is a comparison, not a training run.`);
  return { ...(config as unknown as Omit<TrainRequest, "seed">), seed };
}
