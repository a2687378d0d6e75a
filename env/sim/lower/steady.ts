/**
 * How many batches of a pipeline are run, and what the time of one is.
 *
 * A schedule with a flush is run for one batch. One without is run for several, of which the first
 * fill the pipeline. The time of a batch is then the mean time between the ends of batches over a
 * window, on the device where that is longest. The window holds a multiple of all replica counts,
 * so that each replica has had its turns.
 *
 * Between two such ends a device runs just the work of the window. So no bound on the work of a
 * batch can be above the time of a batch.
 */
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import { scheduleOf } from "../../model/schedule/index.ts";
import type { RunTimes } from "../engine/engine.ts";
import { HOST, Work } from "./costs/work.ts";
import type { LoweredPipeline } from "./pipeline.ts";

export interface Batches {
  readonly iterations: number;
  /** The batches that are measured: `window` ones from `first` on. */
  readonly first: number;
  readonly window: number;
}

/** A window of more micro-batches is cut short, though not all replicas have had equal turns. */
const MOST_IN_WINDOW = 1024;

export function batchesOf({ schedule, stages, microBatches }: PipelinePlan): Batches {
  if (!scheduleOf(schedule.name).asynchronous) return { iterations: 1, first: 0, window: 1 };
  let turns = 1;
  let lanes = 0;
  for (const { devices, share } of stages) {
    if (share === "dealt") turns = leastCommonMultiple(turns, devices.length);
    lanes += share === "dealt" ? devices.length : 1;
  }
  // Batches in which every replica of every stage has the same number of micro-batches.
  const period = turns / greatestCommonDivisor(turns, microBatches);
  const fill = Math.max(1, Math.ceil((2 * lanes) / microBatches));
  const window = period * Math.max(1, Math.ceil((2 * fill) / period));
  const most = Math.max(2 * fill, Math.ceil(MOST_IN_WINDOW / microBatches));
  const measured = Math.min(window, most);
  return { iterations: fill + 1 + measured + fill, first: fill + 1, window: measured };
}

/** A time in which so many batches go by. */
export interface MeasuredWindow {
  readonly fromUs: number;
  readonly toUs: number;
  readonly batches: number;
}

/** The window on the device where it is longest, the first of equal ones. */
export function steadyWindow(
  { tasks, device, compiled }: LoweredPipeline,
  { endUs }: RunTimes,
  microBatches: number,
  { first, window }: Batches,
): MeasuredWindow {
  const { work, stage, microBatch } = tasks;
  const beforeUs = new Float64Array(compiled.deviceCount);
  const afterUs = new Float64Array(compiled.deviceCount);
  for (let v = 0; v < compiled.opCount; v++) {
    if (stage[v] === HOST || work[v] > Work.update) continue;
    const batch = Math.floor(microBatch[v] / microBatches);
    const d = device[v];
    if (batch < first) beforeUs[d] = Math.max(beforeUs[d], endUs[v]);
    if (batch < first + window) afterUs[d] = Math.max(afterUs[d], endUs[v]);
  }
  let longest = 0;
  for (let d = 1; d < afterUs.length; d++)
    if (afterUs[d] - beforeUs[d] > afterUs[longest] - beforeUs[longest]) longest = d;
  return { fromUs: beforeUs[longest], toUs: afterUs[longest], batches: window };
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;
