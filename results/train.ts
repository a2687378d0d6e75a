/**
 * Trains one agent on one scenario into a run directory, and goes on with a run that was stopped or killed.
 *
 * A checkpoint holds the agent's state, the meter's and the lengths of the logs, in one file replaced atomically. Going on
 * from it loads both states and cuts the logs back, so a run killed at any moment and resumed leaves the same logs, the same
 * plan and the same weights as one that was never interrupted; only `times.json` differs. The random stream is that of the
 * cell with seed index 0, so `train` and `compare` agree on the same budget.
 */
import type { Agent, AgentModule, BackendName, RunSink, TrainStep } from "../agents/contract.ts";
import { resolveMethod } from "../agents/registry.ts";
import { runMethod } from "../agents/run.ts";
import {
  type Budget,
  evaluator,
  gapOf,
  InputError,
  type MeteredEvaluator,
  metered,
  type Objective,
  type Scenario,
  scenarioHash,
} from "../env/index.ts";
import { resolveScenario } from "../scenarios/index.ts";
import { cellRng } from "./cell.ts";
import {
  CHECKPOINT,
  type Checkpoint,
  type MeterTimes,
  meterState,
  meterTimes,
  restoredMeterState,
  TIMES,
} from "./checkpoint.ts";
import {
  createRunDirectory,
  openRunDirectory,
  type RunDescription,
  type RunDirectory,
  readDescription,
  readRunFile,
  refuseExistingRun,
} from "./run-directory.ts";

export interface TrainRequest {
  /** URI or path of a scenario. */
  readonly scenario: string;
  /** Id, id with options, or path of an agent. */
  readonly agent: string;
  readonly seed: number | string;
  readonly budget: Budget;
  readonly objective?: Objective;
  readonly backend?: BackendName;
  /** Updates from one checkpoint to the next. */
  readonly checkpointEvery: number;
}

export interface TrainHooks {
  /** Seconds on any steady clock. */
  readonly clock: () => number;
  /** Stops after the current evaluation when aborted; the run can be resumed. */
  readonly signal?: AbortSignal;
  readonly onStep?: (step: TrainStep, meter: MeteredEvaluator) => void;
  readonly versions?: RunDescription["versions"];
}

/** What a run came to; written to `result.json` when it ends by its budget. */
export interface TrainResult {
  readonly scenario: string;
  readonly agent: string;
  /** False where the run was stopped and can be resumed. */
  readonly finished: boolean;
  readonly updates: number;
  readonly evaluations: number;
  readonly unit: "us" | "bytes";
  readonly value: number | null;
  readonly feasible: boolean;
  readonly bound: number;
  readonly boundArgument: string;
  readonly gap: number | null;
  readonly bestEvaluation: number | null;
  readonly plan: readonly number[] | null;
  readonly backend: BackendName | null;
}

/** What a run needs in hand; `train` and `resumeTraining` find it by name. */
export interface TrainParts {
  readonly scenario: Scenario;
  readonly module: AgentModule;
  readonly options: unknown;
}

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
  return trainInto(open, request, parts, hooks, null);
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
  return trainInto(open, request, parts, hooks, from);
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

async function trainInto(
  open: (agent: Agent) => RunDirectory,
  request: TrainRequest,
  { scenario, module, options }: TrainParts,
  { clock, signal, onStep }: TrainHooks,
  resumed: { readonly checkpoint: Checkpoint; readonly times: MeterTimes } | null,
): Promise<TrainResult> {
  const inner = evaluator(scenario);
  const from =
    resumed === null ? undefined : restoredMeterState(resumed.checkpoint.meter, resumed.times, inner);
  const meter = metered(inner, request.budget, { clock, signal, from });
  let run: RunDirectory | null = null;
  let updates = resumed?.checkpoint.update ?? 0;
  let writtenBest = from?.best?.evaluation ?? null;

  const opening: AgentModule = {
    ...module,
    async create(context) {
      const agent = await module.create(context);
      run = open(agent);
      if (resumed !== null) await agent.load(resumed.checkpoint.agent);
      return agent;
    },
  };
  const writePlan = () => {
    const { best } = meter;
    if (best === null || best.evaluation === writtenBest) return;
    writtenBest = best.evaluation;
    const { value, cost, feasible } = best.outcome;
    run!.plans.append({
      evaluation: best.evaluation,
      value,
      cost,
      feasible,
      device: Array.from(best.plan.device),
    });
  };
  const sink: RunSink = {
    step: (step) => run!.metrics.append({ ...step, bestValue: meter.best?.outcome.value ?? null }),
  };
  const onTrainStep = async (step: TrainStep, agent: Agent) => {
    updates = step.update;
    writePlan();
    if (updates % request.checkpointEvery === 0) await writeCheckpoint(run!, step.update, agent, meter);
    onStep?.(step, meter);
  };

  try {
    const rng = cellRng({ rootSeed: request.seed, seedIndex: 0 }, scenarioHash(scenario), module.card);
    const { backend } = await runMethod({
      module: opening,
      options,
      scenario,
      meter,
      rng,
      backend: request.backend,
      sink,
      onTrainStep,
    });
    const result = resultOf(request, meter, { updates, backend });
    if (!result.finished) return result;
    writePlan();
    run!.writeJson(TIMES, meterTimes(meter));
    run!.writeJson("result.json", result);
    return result;
  } finally {
    (run as RunDirectory | null)?.close();
  }
}

/** The logs reach the disk first, so that the lengths in a checkpoint never point past their ends. */
async function writeCheckpoint(
  run: RunDirectory,
  update: number,
  agent: Agent,
  meter: MeteredEvaluator,
): Promise<void> {
  run.metrics.sync();
  run.plans.sync();
  const checkpoint: Checkpoint = {
    update,
    metricsBytes: run.metrics.lengthBytes,
    plansBytes: run.plans.lengthBytes,
    meter: meterState(meter),
    agent: await agent.save(),
  };
  run.writeJson(TIMES, meterTimes(meter));
  run.writeJson(CHECKPOINT, checkpoint);
}

function resultOf(
  { scenario, agent }: TrainRequest,
  meter: MeteredEvaluator,
  { updates, backend }: { updates: number; backend: BackendName | null },
): TrainResult {
  const { best, unit } = meter;
  const bound = meter.bound();
  const value = best?.outcome.value ?? null;
  return {
    scenario,
    agent,
    finished: meter.refused !== "stopped",
    updates,
    evaluations: meter.spent,
    unit,
    value,
    feasible: best?.outcome.feasible ?? false,
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(value, bound.value),
    bestEvaluation: best?.evaluation ?? null,
    plan: best === null ? null : Array.from(best.plan.device),
    backend,
  };
}
