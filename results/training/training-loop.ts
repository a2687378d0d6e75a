/**
 * The training loop behind `train.ts`. It trains an agent through `runMethod`, logs every update,
 * keeps every better plan and writes checkpoints. The run directory is opened after the agent is
 * created, because it records the backend that the agent uses.
 */
import type { Agent, AgentModule, BackendName, RunSink, TrainStep } from "../../agents/contract.ts";
import { runMethod } from "../../agents/run/run.ts";
import { scenarioHash } from "../../env/model/file.ts";
import { planToJson } from "../../env/model/plan/plan.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import { gapOf } from "../../env/sim/evaluator/contract.ts";
import { type MeteredEvaluator, metered } from "../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import { type CellResult, meterTimes } from "../comparison/cell.ts";
import { cellRng } from "../random-stream.ts";
import {
  CHECKPOINT,
  type Checkpoint,
  type MeterTimes,
  meterState,
  restoredMeterState,
  TIMES,
} from "./checkpoint.ts";
import type { RunDescription, RunDirectory } from "./run-directory.ts";

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
  /** User and system seconds of this process. */
  readonly cpuClock: () => number;
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
  readonly simulations: number;
  readonly unit: "us" | "bytes";
  readonly value: number | null;
  readonly feasible: boolean;
  readonly bound: number;
  readonly boundArgument: string;
  readonly gap: number | null;
  readonly bestEvaluation: number | null;
  /** The best plan, whole. */
  readonly plan: CellResult["plan"];
  readonly backend: BackendName | null;
}

/** What a run needs in hand; `train` and `resumeTraining` find it by name. */
export interface TrainParts {
  readonly scenario: Scenario;
  readonly module: AgentModule;
  readonly options: unknown;
}

/** Where a resumed run goes on. */
export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly times: MeterTimes;
}

export async function runTraining(
  open: (agent: Agent) => RunDirectory,
  request: TrainRequest,
  { scenario, module, options }: TrainParts,
  { clock, cpuClock, signal, onStep }: TrainHooks,
  resumed: Resumed | null,
): Promise<TrainResult> {
  const inner = evaluator(scenario);
  const from =
    resumed === null ? undefined : restoredMeterState(resumed.checkpoint.meter, resumed.times, inner);
  const meter = metered(inner, request.budget, { clock, cpuClock, signal, from });
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
    const { evaluation, simulation, plan } = best;
    run!.plans.append({ evaluation, simulation, value, cost, feasible, plan: planToJson(plan) });
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
    const stopped = signal?.aborted === true && meter.remaining > 0;
    const result = resultOf(request, meter, { updates, backend, finished: !stopped });
    if (!result.finished) return result;
    writePlan();
    run!.writeJson(TIMES, meterTimes(meter));
    run!.writeJson("result.json", result);
    return result;
  } finally {
    (run as RunDirectory | null)?.close();
  }
}

/**
 * The logs reach the disk first, so that the lengths in a checkpoint never point past their ends.
 */
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
  ended: Pick<TrainResult, "updates" | "backend" | "finished">,
): TrainResult {
  const { best, unit } = meter;
  const bound = meter.bound();
  const value = best?.outcome.value ?? null;
  return {
    scenario,
    agent,
    ...ended,
    evaluations: meter.evaluations,
    simulations: meter.simulations,
    unit,
    value,
    feasible: best?.outcome.feasible ?? false,
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(value, bound.value),
    bestEvaluation: best?.evaluation ?? null,
    plan: best === null ? null : planToJson(best.plan),
  };
}
