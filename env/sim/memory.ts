/**
 * Peak memory of a run under `memory: "training"`, computed after it from its times. What each device holds:
 *
 * - weights and optimizer state of its ops, the whole step;
 * - an op's outputs from its start to their last local use or until the last transfer has left, whichever is later;
 * - a received copy from when it sets out on the last link to its last use.
 *
 * An interval holds its start and not its end. Twin: reference.ts.
 */
import { type Compiled, NO_SLOT } from "./compile.ts";
import type { Engine } from "./engine.ts";

export interface Peaks {
  /** Shape [deviceCount]. */
  readonly bytes: Float64Array;
  /** Op whose output or copy raised the device to its peak, -1 where the resident bytes alone are the peak. */
  readonly op: Int32Array;
}

interface Interval {
  readonly device: number;
  readonly bytes: number;
  readonly op: number;
  readonly fromUs: number;
  readonly toUs: number;
}

export function trainingPeaks(compiled: Compiled, engine: Engine, device: Int32Array): Peaks {
  const { opCount, deviceCount, residentBytes } = compiled;
  const live = new Float64Array(deviceCount);
  for (let v = 0; v < opCount; v++) live[device[v]] += residentBytes[v];
  const bytes = live.slice();
  const op = new Int32Array(deviceCount).fill(-1);

  const intervals = [
    ...outputIntervals(compiled, engine, device),
    ...copyIntervals(compiled, engine, device),
  ];
  const starts = [...intervals].sort((a, b) => a.fromUs - b.fromUs || a.op - b.op);
  const ends = [...intervals].sort((a, b) => a.toUs - b.toUs);
  let ended = 0;
  for (const interval of starts) {
    for (; ended < ends.length && ends[ended].toUs <= interval.fromUs; ended++)
      live[ends[ended].device] -= ends[ended].bytes;
    live[interval.device] += interval.bytes;
    if (live[interval.device] <= bytes[interval.device]) continue;
    bytes[interval.device] = live[interval.device];
    op[interval.device] = interval.op;
  }
  return { bytes, op };
}

/** An upper limit on each device's peak that needs no sorting: everything it ever holds, all at once. */
export function peakLimits(compiled: Compiled, device: Int32Array): Float64Array {
  const { opCount, deviceCount, residentBytes, outputBytes, depStart, depConsumer, depSlot, slotBytes } =
    compiled;
  const limit = new Float64Array(deviceCount);
  for (let v = 0; v < opCount; v++) {
    limit[device[v]] += residentBytes[v] + outputBytes[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const to = device[depConsumer[i]];
      if (to !== device[v] && depSlot[i] !== NO_SLOT) limit[to] += slotBytes[depSlot[i]];
    }
  }
  return limit;
}

function outputIntervals(compiled: Compiled, engine: Engine, device: Int32Array): Interval[] {
  const { opCount, deviceCount, depStart, depConsumer, depSlot, outputBytes } = compiled;
  const intervals: Interval[] = [];
  for (let v = 0; v < opCount; v++) {
    if (outputBytes[v] === 0) continue;
    let toUs = engine.endUs[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      if (depSlot[i] === NO_SLOT) continue;
      const at = device[depConsumer[i]];
      const usedUs =
        at === device[v] ? engine.endUs[depConsumer[i]] : engine.leftUs[depSlot[i] * deviceCount + at];
      if (usedUs > toUs) toUs = usedUs;
    }
    addInterval(intervals, {
      device: device[v],
      bytes: outputBytes[v],
      op: v,
      fromUs: engine.startUs[v],
      toUs,
    });
  }
  return intervals;
}

function copyIntervals(compiled: Compiled, engine: Engine, device: Int32Array): Interval[] {
  const { opCount, deviceCount, depStart, depConsumer, depSlot, slotBytes } = compiled;
  const lastUseUs = new Map<number, number>();
  const intervals: Interval[] = [];
  for (let v = 0; v < opCount; v++) {
    lastUseUs.clear();
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const to = device[depConsumer[i]];
      if (to === device[v] || depSlot[i] === NO_SLOT) continue;
      const transfer = depSlot[i] * deviceCount + to;
      lastUseUs.set(transfer, Math.max(lastUseUs.get(transfer) ?? 0, engine.endUs[depConsumer[i]]));
    }
    for (const [transfer, toUs] of lastUseUs)
      addInterval(intervals, {
        device: transfer % deviceCount,
        bytes: slotBytes[(transfer - (transfer % deviceCount)) / deviceCount],
        op: v,
        fromUs: engine.lastHopUs[transfer],
        toUs,
      });
  }
  return intervals;
}

/** What lives for no time takes no room. */
function addInterval(intervals: Interval[], interval: Interval): void {
  if (interval.bytes > 0 && interval.toUs > interval.fromUs) intervals.push(interval);
}
