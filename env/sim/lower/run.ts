/**
 * Runs a pipeline plan on the engine: the time of one batch, and the peak memory of each device.
 *
 * A schedule with a flush is run for one batch. One without is run for several, of which the first
 * fill the pipeline. The time of a batch is then the mean time between the ends of batches over a
 * window. It holds at least as many batches as there are stages, and a multiple of all replica
 * counts, so that each replica has had its turns.
 */
import { InputError } from "../../model/errors.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PipelineSchedule, PipelineShape } from "../../model/schedule/contract.ts";
import { makeSchedule, scheduleOf } from "../../model/schedule/index.ts";
import type { Compiled } from "../engine/compile.ts";
import { createEngine, createLoggingEngine, type Engine, type LoggingEngine } from "../engine/engine.ts";
import type { Violation } from "../evaluator/contract.ts";
import type { Peaks } from "../memory/memory.ts";
import { createPeakSlices } from "../memory/peak-slices.ts";
import { memoryViolation } from "../memory/peaks.ts";
import { createTensorColumns } from "../memory/tensor-columns.ts";
import type { LoweredPipeline } from "./lowering.ts";
import { lowerPipeline } from "./pipeline.ts";
import { HOST } from "./stage-costs.ts";

export interface PipelineRun extends LoweredPipeline {
  /** Time of one batch, us. */
  readonly iterationUs: number;
  /** Time from start to end of all batches that were run, us. */
  readonly makespanUs: number;
  readonly iterations: number;
  /** The time that `iterationUs` is taken from: all of it with a flush, else the steady state. */
  readonly window: MeasuredWindow;
  readonly schedule: PipelineSchedule;
  /** Start and end of each task, us. */
  readonly engine: Engine;
  /** Of the scenario's devices. */
  readonly peakBytes: Float64Array;
  readonly violation: Violation | null;
}

export interface MeasuredWindow {
  readonly fromUs: number;
  readonly toUs: number;
  /** Batches that end in it. */
  readonly batches: number;
}

/** Pre: a valid plan. */
export function runPipeline(scenario: Scenario, plan: PipelinePlan): PipelineRun {
  return runWith(scenario, plan, createEngine);
}

/** The same with every transfer, for pictures and traces. */
export const runLoggedPipeline = (
  scenario: Scenario,
  plan: PipelinePlan,
): PipelineRun & { readonly engine: LoggingEngine } =>
  runWith(scenario, plan, createLoggingEngine) as PipelineRun & { engine: LoggingEngine };

function runWith(
  scenario: Scenario,
  plan: PipelinePlan,
  engineOf: (compiled: Compiled) => Engine,
): PipelineRun {
  const { iterations, first, window } = batchesOf(plan);
  const shape = shapeOf(scenario, plan, iterations);
  const schedule = makeSchedule(plan.schedule, shape);
  const lowered = lowerPipeline(scenario, plan, { schedule, iterations });
  checkEnds(lowered.compiled, plan);
  const engine = engineOf(lowered.compiled);
  const makespanUs = engine.run(lowered.device);
  const peaks = peaksOf(lowered, engine);
  const measured =
    iterations === 1
      ? { fromUs: 0, toUs: makespanUs, batches: 1 }
      : steadyWindow(lowered, engine, plan.microBatches, { first, window });
  return {
    ...lowered,
    iterationUs: (measured.toUs - measured.fromUs) / measured.batches,
    makespanUs,
    iterations,
    window: measured,
    schedule,
    engine,
    peakBytes: peaks.bytes.slice(0, scenario.cluster.devices.length),
    violation: violationOf(scenario, plan, lowered, peaks),
  };
}

export const shapeOf = (
  { cluster }: Scenario,
  { stages, microBatches }: PipelinePlan,
  iterations: number,
): PipelineShape => ({ deviceCount: cluster.devices.length, stages, microBatches, iterations });

/** How many batches to lay out, and the window of them that is measured. */
function batchesOf({ schedule, stages, microBatches }: PipelinePlan) {
  if (!scheduleOf(schedule.name).asynchronous) return { iterations: 1, first: 0, window: 1 };
  const turns = stages.reduce(
    (all, { devices, share }) => (share === "dealt" ? leastCommonMultiple(all, devices.length) : all),
    1,
  );
  // Batches in which every replica of every stage has the same number of micro-batches.
  const period = turns / greatestCommonDivisor(turns, microBatches);
  const fill = Math.ceil((2 * stages.length * turns) / microBatches);
  const first = Math.max(2, fill);
  const window = period * Math.max(1, Math.ceil(stages.length / period));
  return { iterations: first + window + Math.max(1, fill), first, window };
}

/** From the end of the batch before the window to the end of its last batch. */
function steadyWindow(
  { tasks, compiled }: LoweredPipeline,
  { endUs }: Engine,
  microBatches: number,
  { first, window }: { first: number; window: number },
): MeasuredWindow {
  const ends = new Float64Array(first + window + 1);
  for (let v = 0; v < compiled.opCount; v++) {
    const { work, stage, microBatch } = tasks[v];
    if (stage === HOST || work === "send" || work === "swap" || work === UPDATE) continue;
    const batch = Math.floor(microBatch / microBatches);
    if (batch < ends.length) ends[batch] = Math.max(ends[batch], endUs[v]);
  }
  for (let batch = 1; batch < ends.length; batch++) ends[batch] = Math.max(ends[batch], ends[batch - 1]);
  return { fromUs: ends[first - 1], toUs: ends[first + window - 1], batches: window };
}

const UPDATE = 4;

function peaksOf({ compiled, device }: LoweredPipeline, engine: Engine): Peaks {
  const none = new Float64Array(compiled.deviceCount);
  return createPeakSlices(compiled, createTensorColumns(compiled))(none, engine, device);
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
  const { stage } = tasks[violation.op];
  return { ...violation, op: scenario.graph.topologicalOrder.find((v) => plan.stageOf[v] === stage) ?? -1 };
}

/** Throws where tasks wait for each other for ever. */
function checkEnds({ opCount, waitsFor, depStart, depConsumer }: Compiled, plan: PipelinePlan): void {
  const left = waitsFor.slice();
  const ready: number[] = [];
  for (let v = 0; v < opCount; v++) if (left[v] === 0) ready.push(v);
  let ended = 0;
  for (let v = ready.pop(); v !== undefined; v = ready.pop()) {
    ended++;
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      if (--left[depConsumer[i]] === 0) ready.push(depConsumer[i]);
  }
  if (ended < opCount)
    throw new InputError(
      `Under the schedule ${plan.schedule.name} the pipeline's devices wait for each other for ever; its stages must follow the data.`,
    );
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;
