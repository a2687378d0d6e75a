/**
 * How much memory each device holds over time: the peaks of memory.ts and output-memory.ts, told as a history. The highest
 * level of a device's history is its peak, to the byte.
 *
 * Under `memory: "training"` what ends at an instant is freed before what starts then is taken, under "outputs-only" after it.
 */

import { type MemoryInterval, type RunTimes, residentBytesOf, trainingIntervals } from "../memory.ts";
import { outputIntervals } from "../output-memory.ts";
import type { Journey } from "./journeys.ts";
import type { Tasks } from "./tasks.ts";

/** One instant at which what a device holds changes. */
export interface MemoryStep {
  readonly device: number;
  readonly timeUs: number;
  /** The most it holds at that instant, and what it holds from then on. */
  readonly highestBytes: number;
  readonly bytes: number;
}

/** In order of time; the first step of each device is what it holds when the step starts. */
export function memorySteps({ compiled, timeline, journeys }: Tasks): MemoryStep[] {
  const { device } = timeline;
  if (compiled.fidelity.memory === "outputs-only") {
    const changes = changesOf(outputIntervals(compiled, timeline, device)).sort(takenFirst);
    return stepsOf(changes, new Float64Array(compiled.deviceCount));
  }
  const intervals = trainingIntervals(compiled, timesOf(timeline, journeys, compiled.depStart), device);
  return stepsOf(changesOf(intervals).sort(freedFirst), residentBytesOf(compiled, device));
}

interface Change {
  readonly device: number;
  readonly timeUs: number;
  readonly bytes: number;
  readonly op: number;
}

const changesOf = (intervals: readonly MemoryInterval[]): Change[] =>
  intervals.flatMap(({ device, bytes, op, fromUs, toUs }) => [
    { device, timeUs: fromUs, bytes, op },
    { device, timeUs: toUs, bytes: -bytes, op },
  ]);

const freedFirst = (a: Change, b: Change): number =>
  a.timeUs - b.timeUs || Math.sign(a.bytes) - Math.sign(b.bytes) || a.op - b.op;

const takenFirst = (a: Change, b: Change): number =>
  a.timeUs - b.timeUs || Math.sign(b.bytes) - Math.sign(a.bytes) || a.op - b.op;

function stepsOf(changes: readonly Change[], live: Float64Array): MemoryStep[] {
  const steps: MemoryStep[] = Array.from(live, (bytes, device) => ({
    device,
    timeUs: 0,
    highestBytes: bytes,
    bytes,
  }));
  const latest = new Map(steps.map((step, position) => [step.device, position]));
  for (const { device, timeUs, bytes } of changes) {
    live[device] += bytes;
    const position = latest.get(device)!;
    const known = steps[position];
    const step = { device, timeUs, highestBytes: live[device], bytes: live[device] };
    if (known.timeUs === timeUs) {
      steps[position] = { ...step, highestBytes: Math.max(known.highestBytes, live[device]) };
      continue;
    }
    latest.set(device, steps.push(step) - 1);
  }
  return steps;
}

/** When each transfer left its sender and set out on its last link, by its number, as the engine tells it. */
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
