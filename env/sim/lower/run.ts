/**
 * Runs pipeline plans on the engine: the time of one batch (steady.ts), and the peak memory of each
 * device.
 */
import { leaderPlan } from "../../model/plan/inside.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PipelineSchedule } from "../../model/schedule/contract.ts";
import { createLoggingEngine, type Engine, type LoggingEngine } from "../engine/engine.ts";
import type { Violation } from "../evaluator/contract.ts";
import type { Peaks } from "../memory/memory.ts";
import { memoryViolation } from "../memory/peaks.ts";
import type { TensorColumns } from "../memory/tensor-columns.ts";
import { createStageCosts, type StageCosts } from "./costs/stage-costs.ts";
import type { LoweredPipeline } from "./pipeline.ts";
import { type MeasuredWindow, steadyWindow } from "./steady.ts";
import { createStructures, layOut, loweredPlan, memoryOf, type Structure } from "./structures.ts";
import { fillAmounts } from "./tasks/amounts.ts";

export interface PipelineRun extends LoweredPipeline {
  readonly costs: StageCosts;
  /** Time of one batch, us. */
  readonly iterationUs: number;
  /** Time from start to end of all batches that were run, us. */
  readonly makespanUs: number;
  readonly iterations: number;
  /** The time that `iterationUs` is taken from: all of it with a flush, else the steady state. */
  readonly window: MeasuredWindow;
  readonly schedule: PipelineSchedule;
  /** What is on which device when. */
  readonly columns: TensorColumns;
  /** Start and end of each task, us. */
  readonly engine: Engine;
  /** Of the scenario's devices. */
  readonly peakBytes: Float64Array;
  readonly violation: Violation | null;
}

export interface PipelineRunner {
  /**
   * Pre: a valid plan. The run's engine and arrays belong to the runner and hold until it runs
   * again. So does `peakBytes`, which is worked out when it is first asked for.
   */
  run(plan: PipelinePlan): PipelineRun;
}

export function createPipelineRunner(scenario: Scenario): PipelineRunner {
  const structures = createStructures(scenario);
  return {
    run(plan) {
      const { structure, costs } = structures.of(plan);
      const { lowered, engine, columns } = structure;
      columns.setBytes(fillAmounts(lowered, costs));
      engine.refill(lowered.compiled);
      return finish(scenario, plan, structure, costs);
    },
  };
}

/** Pre: a valid plan. */
export const runPipeline = (scenario: Scenario, plan: PipelinePlan): PipelineRun =>
  createPipelineRunner(scenario).run(plan);

/** The same with every transfer and without joins, for pictures and traces. */
export function runLoggedPipeline(
  scenario: Scenario,
  plan: PipelinePlan,
): PipelineRun & { readonly engine: LoggingEngine } {
  const laid = layOut(scenario, leaderPlan(plan));
  const costs = createStageCosts(scenario)(plan, laid.splitsBackward);
  const lowered = loweredPlan(scenario, plan, laid, costs, false);
  const memory = memoryOf(lowered);
  memory.columns.setBytes(fillAmounts(lowered, costs));
  const engine = createLoggingEngine(lowered.compiled);
  return finish(scenario, plan, { laid, lowered, engine, ...memory }, costs);
}

type Ready<E extends Engine> = Omit<Structure, "engine"> & { readonly engine: E };

function finish<E extends Engine>(
  scenario: Scenario,
  plan: PipelinePlan,
  { laid, lowered, engine, columns, peaksAbove }: Ready<E>,
  costs: StageCosts,
): PipelineRun & { readonly engine: E } {
  const { compiled, device } = lowered;
  const makespanUs = engine.run(device);
  const { devices } = scenario.cluster;
  const limits = Float64Array.from(compiled.scenario.cluster.devices, ({ memoryBytes }) => memoryBytes);
  const window =
    laid.iterations === 1
      ? { fromUs: 0, toUs: makespanUs, batches: 1 }
      : steadyWindow(lowered, engine, plan.microBatches, laid);
  let peakBytes: Float64Array | undefined;
  return {
    ...lowered,
    costs,
    iterationUs: (window.toUs - window.fromUs) / window.batches,
    makespanUs,
    iterations: laid.iterations,
    window,
    schedule: laid.schedule,
    columns,
    engine,
    get peakBytes() {
      peakBytes ??= peaksAbove(new Float64Array(limits.length), engine, device).bytes.slice(
        0,
        devices.length,
      );
      return peakBytes;
    },
    violation: columns.fitsSurely()
      ? null
      : violationOf(scenario, plan, lowered, peaksAbove(limits, engine, device)),
  };
}

/** The peak of a task is told by the first op of its stage. */
function violationOf(
  scenario: Scenario,
  plan: PipelinePlan,
  { compiled, tasks }: LoweredPipeline,
  peaks: Peaks,
): Violation | null {
  const violation = memoryViolation(compiled, peaks);
  if (violation === null || violation.op === -1) return violation;
  const stage = tasks.stage[violation.op];
  return { ...violation, op: scenario.graph.topologicalOrder.find((v) => plan.stageOf[v] === stage) ?? -1 };
}
