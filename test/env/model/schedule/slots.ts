/**
 * Runs a schedule with given times and no communication, the slow and plain way. Each device takes
 * its items strictly in order, each as soon as what it needs is done.
 */
import {
  Phase,
  type PipelineSchedule,
  type PipelineShape,
  type ScheduleItem,
} from "../../../../env/model/schedule/contract.ts";

/** Times of the phases of each stage, for one micro-batch. */
export interface PhaseTimes {
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly weights?: readonly number[];
}

export interface TimedItem extends ScheduleItem {
  readonly device: number;
  readonly start: number;
  readonly end: number;
}

export interface SlotRun {
  /** Items of each device in order. */
  readonly items: readonly (readonly TimedItem[])[];
  readonly makespan: number;
  /** Sum of times of each device. */
  readonly busy: readonly number[];
  /** Most micro-batches of a device, counted for each stage, between forward and backward. */
  readonly peakLive: readonly number[];
  /** Idle time of all devices by their time until the makespan. */
  readonly idleShare: number;
}

export const uniformTimes = (stages: number, forward: number, backward: number, weights = 0): PhaseTimes => ({
  forward: new Array(stages).fill(forward),
  backward: new Array(stages).fill(backward),
  weights: new Array(stages).fill(weights),
});

/** `earliest` holds items back until a time of their own; by default none. */
export function runInSlots(
  shape: PipelineShape,
  schedule: PipelineSchedule,
  times: PhaseTimes,
  earliest: (item: ScheduleItem) => number = () => 0,
): SlotRun {
  const items = timedItems(shape, schedule, times, earliest);
  const makespan = Math.max(0, ...items.flat().map(({ end }) => end));
  const busy = items.map((own) => own.reduce((sum, { start, end }) => sum + (end - start), 0));
  const work = busy.reduce((sum, own) => sum + own, 0);
  return {
    items,
    makespan,
    busy,
    peakLive: items.map(peakLiveOf),
    idleShare: 1 - work / (makespan * items.length),
  };
}

function timedItems(
  { stages, microBatches, iterations }: PipelineShape,
  { order }: PipelineSchedule,
  times: PhaseTimes,
  earliest: (item: ScheduleItem) => number,
): TimedItem[][] {
  const total = microBatches * iterations;
  const keyOf = (stage: number, microBatch: number, phase: number) =>
    (stage * total + microBatch) * 3 + phase;
  const count = stages.length * total * 3;
  /** When the parts of a (stage, micro-batch, phase) that are done end, and how many they are. */
  const ends = new Float64Array(count);
  const parts = new Int32Array(count);
  /** Ends of each phase of the micro-batches of a stage on one device; NaN where it has not run. */
  const own = stages.map(({ devices }) =>
    devices.map(() => [0, 1, 2].map(() => new Float64Array(total).fill(Number.NaN))),
  );
  const replicaOn = stages.map(({ devices }) => new Map(devices.map((device, r) => [device, r])));
  const ownEnds = (stage: number, device: number, phase: number) =>
    own[stage][replicaOn[stage].get(device)!][phase];
  const neededParts = stages.map(({ devices, share }) => (share === "split" ? devices.length : 1));
  /** NaN where something it needs is not done. */
  const readyAt = (item: ScheduleItem, device: number): number => {
    const { stage, microBatch, phase, span = 1 } = item;
    const neighbour = phase === Phase.forward ? stage - 1 : stage + 1;
    const hasNeighbour = phase !== Phase.weights && neighbour >= 0 && neighbour < stages.length;
    let latest = earliest(item);
    for (let m = microBatch; m < microBatch + span; m++) {
      if (phase !== Phase.forward) latest = Math.max(latest, ownEnds(stage, device, phase - 1)[m]);
      if (!hasNeighbour) continue;
      const key = keyOf(neighbour, m, phase);
      latest = Math.max(latest, parts[key] === neededParts[neighbour] ? ends[key] : Number.NaN);
    }
    return latest;
  };
  const timesOf = [times.forward, times.backward, times.weights ?? []];
  const timeOf = ({ stage, phase, span = 1 }: ScheduleItem): number => span * timesOf[phase][stage];
  const timed = order.map((): TimedItem[] => []);
  const runOn = (device: number): boolean => {
    const item = order[device][timed[device].length];
    const ready = item === undefined ? Number.NaN : readyAt(item, device);
    if (Number.isNaN(ready)) return false;
    const start = Math.max(ready, timed[device].at(-1)?.end ?? 0);
    const end = start + timeOf(item);
    const { stage, microBatch, phase, span = 1 } = item;
    timed[device].push({ stage, microBatch, phase, span, device, start, end });
    const ownRow = ownEnds(stage, device, phase);
    for (let m = microBatch; m < microBatch + span; m++) {
      const key = keyOf(stage, m, phase);
      ownRow[m] = end;
      ends[key] = Math.max(ends[key], end);
      parts[key]++;
    }
    return true;
  };
  for (let goesOn = true; goesOn; ) {
    goesOn = false;
    for (let device = 0; device < order.length; device++) while (runOn(device)) goesOn = true;
  }
  if (timed.some((items, device) => items.length < order[device].length))
    throw new Error("The devices wait for each other for ever.");
  return timed;
}

function peakLiveOf(items: readonly ScheduleItem[]): number {
  let live = 0;
  let peak = 0;
  for (const { phase, span = 1 } of items) {
    if (phase === Phase.weights) continue;
    live += phase === Phase.forward ? span : -span;
    peak = Math.max(peak, live);
  }
  return peak;
}

/** Stages in order, one a device. */
export const straightShape = (stageCount: number, microBatches: number, iterations = 1): PipelineShape => ({
  deviceCount: stageCount,
  stages: Array.from({ length: stageCount }, (_, s) => ({ devices: [s], share: "split" })),
  microBatches,
  iterations,
});

/** Stage k on device k mod S, v stages a device. */
export const interleavedShape = (devices: number, chunks: number, microBatches: number): PipelineShape => ({
  deviceCount: devices,
  stages: Array.from({ length: devices * chunks }, (_, k) => ({ devices: [k % devices], share: "split" })),
  microBatches,
  iterations: 1,
});
