/**
 * How much memory each device holds over time: the peaks of memory.ts and output-memory.ts as a
 * history. The highest level of a device's history is its peak, to the byte. Every level has its
 * parts.
 *
 * Under `memory: "training"`, what ends at an instant is freed before what starts then is
 * allocated. Under "outputs-only" it is freed after it.
 */

import type { Compiled } from "../../engine/compile.ts";
import type { RunTimes } from "../../engine/engine.ts";
import {
  type MemoryInterval,
  type PassingPart,
  residentBytesOf,
  trainingIntervals,
} from "../../memory/memory.ts";
import { outputIntervals } from "../../memory/output-memory.ts";
import type { Journey } from "./journeys.ts";
import type { Tasks } from "./tasks.ts";

/**
 * Bytes by part: weights and optimizer state stay, the other parts change. Versions are the weights
 * that a pipeline without a flush holds beyond the newest ones.
 */
export type MemoryParts = Readonly<Record<MemoryPart, number>>;
export type MemoryPart = "weights" | "versions" | "optimizer" | PassingPart;
export const memoryPartNames: readonly MemoryPart[] = [
  "weights",
  "versions",
  "optimizer",
  "gradients",
  "activations",
  "copies",
  "workspace",
];

/** One instant at which what a device holds changes. */
export interface MemoryStep {
  readonly device: number;
  readonly timeUs: number;
  /** The most that the device holds at that instant, and what it holds from then on. */
  readonly highestBytes: number;
  readonly bytes: number;
  /** The parts of the highest level, and of the level from then on. */
  readonly highestParts: MemoryParts;
  readonly parts: MemoryParts;
}

/** Steps in order of time. The first step of each device is what it holds when the step starts. */
export function memorySteps({ compiled, timeline, journeys }: Tasks): MemoryStep[] {
  const { device } = timeline;
  if (compiled.fidelity.memory === "outputs-only") {
    const changes = changesOf(outputIntervals(compiled, timeline, device)).sort(takenFirst);
    return stepsOf(
      changes,
      Array.from({ length: compiled.deviceCount }, () => noParts),
    );
  }
  const intervals = trainingIntervals(compiled, timesOf(timeline, journeys, compiled.depStart), device);
  return trainingSteps(intervals, residentPartsOf(compiled, device));
}

/** `resident`: what each device holds all the time. */
export const trainingSteps = (
  intervals: readonly MemoryInterval[],
  resident: readonly MemoryParts[],
): MemoryStep[] => stepsOf(changesOf(intervals).sort(freedFirst), resident);

export const memoryAtPeak = (tasks: Tasks): MemoryParts[] => partsAtPeak(memorySteps(tasks));

/** The parts of each device's first highest level. */
export function partsAtPeak(steps: readonly MemoryStep[]): MemoryParts[] {
  const peaks: MemoryStep[] = [];
  for (const step of steps)
    if (peaks[step.device] === undefined || step.highestBytes > peaks[step.device].highestBytes)
      peaks[step.device] = step;
  return peaks.map(({ highestParts }) => highestParts);
}

interface Change {
  readonly part: MemoryPart;
  readonly device: number;
  readonly timeUs: number;
  readonly bytes: number;
  readonly op: number;
}

const changesOf = (intervals: readonly MemoryInterval[]): Change[] =>
  intervals.flatMap(({ part, device, bytes, op, fromUs, toUs }) => [
    { part, device, timeUs: fromUs, bytes, op },
    { part, device, timeUs: toUs, bytes: -bytes, op },
  ]);

const freedFirst = (a: Change, b: Change): number =>
  a.timeUs - b.timeUs || Math.sign(a.bytes) - Math.sign(b.bytes) || a.op - b.op;

const takenFirst = (a: Change, b: Change): number =>
  a.timeUs - b.timeUs || Math.sign(b.bytes) - Math.sign(a.bytes) || a.op - b.op;

export const noParts: MemoryParts = {
  weights: 0,
  versions: 0,
  optimizer: 0,
  gradients: 0,
  activations: 0,
  copies: 0,
  workspace: 0,
};

/** Weights and optimizer state, which stay the whole step, as two parts. */
function residentPartsOf(compiled: Compiled, device: Int32Array): MemoryParts[] {
  const { parameterBytes } = compiled.scenario.graph;
  const weights = new Float64Array(compiled.deviceCount);
  for (let v = 0; v < parameterBytes.length; v++) weights[device[v]] += parameterBytes[v];
  return Array.from(residentBytesOf(compiled, device), (bytes, d) => ({
    ...noParts,
    weights: weights[d],
    optimizer: bytes - weights[d],
  }));
}

function stepsOf(changes: readonly Change[], resident: readonly MemoryParts[]): MemoryStep[] {
  const parts = resident.map((own) => ({ ...own }));
  const live = resident.map(({ weights, versions, optimizer }) => weights + versions + optimizer);
  const steps: MemoryStep[] = live.map((bytes, device) => {
    return {
      device,
      timeUs: 0,
      highestBytes: bytes,
      bytes,
      highestParts: resident[device],
      parts: resident[device],
    };
  });
  const latest = new Map(steps.map((step, position) => [step.device, position]));
  for (const { part, device, timeUs, bytes } of changes) {
    live[device] += bytes;
    parts[device][part] += bytes;
    const position = latest.get(device)!;
    const known = steps[position];
    const isSameInstant = known.timeUs === timeUs;
    const wasHigher = isSameInstant && known.highestBytes >= live[device];
    const now = { ...parts[device] };
    const highest = wasHigher
      ? { highestBytes: known.highestBytes, highestParts: known.highestParts }
      : { highestBytes: live[device], highestParts: now };
    const step = { device, timeUs, ...highest, bytes: live[device], parts: now };
    if (isSameInstant) steps[position] = step;
    else latest.set(device, steps.push(step) - 1);
  }
  return steps;
}

/**
 * When each transfer left its sender and started on its last link, by its number, as the engine
 * reports it.
 */
function timesOf(
  { startUs, endUs }: Pick<RunTimes, "startUs" | "endUs">,
  journeys: readonly Journey[],
  depStart: Int32Array,
): RunTimes {
  const dependencies = depStart[depStart.length - 1];
  const leftUs = new Float64Array(dependencies);
  const lastHopUs = new Float64Array(dependencies);
  for (const { transfer, hops } of journeys) {
    leftUs[transfer] = hops[0].endUs;
    lastHopUs[transfer] = hops[hops.length - 1].startUs;
  }
  return { startUs, endUs, leftUs, lastHopUs };
}
