/**
 * Peak memory of a run under `memory: "training"`, computed after it from its times. What each device holds:
 *
 * - weights and optimizer state of its ops, the whole step;
 * - an op's outputs from its start to their last local use or until the last transfer has left, whichever is later;
 * - a received copy from when it sets out on the last link to its last use;
 * - an op's workspace while the op runs.
 *
 * An interval holds its start and not its end. Twin: reference.ts.
 */
import { Role } from "../model/graph.ts";
import { type Compiled, NO_SLOT } from "./compile.ts";
import type { Engine } from "./engine.ts";

export interface Peaks {
  /** Shape [deviceCount]. */
  readonly bytes: Float64Array;
  /** Op whose output, copy or workspace raised the device to its peak, -1 where the resident bytes alone are the peak. */
  readonly op: Int32Array;
}

/** What lives for a part of the step. Gradients are the outputs of a backward op that an update op reads. */
export type PassingPart = "activations" | "gradients" | "copies" | "workspace";

/** What lives on a device from one moment to another. */
export interface MemoryInterval {
  readonly part: PassingPart;
  readonly device: number;
  readonly bytes: number;
  readonly op: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/** The times of a run that memory depends on. */
export type RunTimes = Pick<Engine, "startUs" | "endUs" | "leftUs" | "lastHopUs">;

export function trainingPeaks(compiled: Compiled, engine: RunTimes, device: Int32Array): Peaks {
  const { deviceCount } = compiled;
  const live = residentBytesOf(compiled, device);
  const bytes = live.slice();
  const op = new Int32Array(deviceCount).fill(-1);

  const intervals = trainingIntervals(compiled, engine, device);
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

/** Weights and optimizer state on each device, which stay the whole step. */
export function residentBytesOf(
  { opCount, deviceCount, residentBytes }: Compiled,
  device: Int32Array,
): Float64Array {
  const bytes = new Float64Array(deviceCount);
  for (let v = 0; v < opCount; v++) bytes[device[v]] += residentBytes[v];
  return bytes;
}

/** Outputs, received copies and workspaces, op by op. */
export function trainingIntervals(
  compiled: Compiled,
  engine: RunTimes,
  device: Int32Array,
): MemoryInterval[] {
  const intervals: MemoryInterval[] = [];
  for (let v = 0; v < compiled.opCount; v++) intervalsOf(compiled, engine, device, v, intervals);
  return intervals;
}

/** An upper limit on each device's peak that needs no sorting: everything it ever holds, all at once. */
export function peakLimits(compiled: Compiled, device: Int32Array): Float64Array {
  const { opCount, deviceCount, residentBytes, workspaceBytes, outputBytes } = compiled;
  const { depStart, depConsumer, depSlot, slotBytes } = compiled;
  const limit = new Float64Array(deviceCount);
  // A device runs one op at a time.
  const workspace = new Float64Array(deviceCount);
  for (let v = 0; v < opCount; v++) {
    limit[device[v]] += residentBytes[v] + outputBytes[v];
    workspace[device[v]] = Math.max(workspace[device[v]], workspaceBytes[v]);
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const to = device[depConsumer[i]];
      if (to !== device[v] && depSlot[i] !== NO_SLOT) limit[to] += slotBytes[depSlot[i]];
    }
  }
  for (let d = 0; d < deviceCount; d++) limit[d] += workspace[d];
  return limit;
}

/** What op v and its transfers keep alive, and where. A transfer has the number of the first dependency that it serves. */
function intervalsOf(
  compiled: Compiled,
  engine: RunTimes,
  device: Int32Array,
  v: number,
  intervals: MemoryInterval[],
): void {
  const { depStart, depConsumer, depSlot, outputBytes, slotBytes, workspaceBytes } = compiled;
  const copies = new Map<string, { readonly transfer: number; lastUseUs: number }>();
  let lastUseUs = engine.endUs[v];
  for (let i = depStart[v]; i < depStart[v + 1]; i++) {
    const slot = depSlot[i];
    if (slot === NO_SLOT) continue;
    const to = device[depConsumer[i]];
    const usedUs = engine.endUs[depConsumer[i]];
    if (to === device[v]) {
      lastUseUs = Math.max(lastUseUs, usedUs);
      continue;
    }
    const key = compiled.fidelity.multicast === "per-consumer" ? `${i}` : `${slot}>${to}`;
    const copy = copies.get(key) ?? { transfer: i, lastUseUs: 0 };
    copies.set(key, copy);
    copy.lastUseUs = Math.max(copy.lastUseUs, usedUs);
    lastUseUs = Math.max(lastUseUs, engine.leftUs[copy.transfer]);
  }
  const here = { device: device[v], op: v, fromUs: engine.startUs[v] };
  const outputs = isGradient(compiled, v) ? "gradients" : "activations";
  addInterval(intervals, { ...here, part: outputs, bytes: outputBytes[v], toUs: lastUseUs });
  addInterval(intervals, { ...here, part: "workspace", bytes: workspaceBytes[v], toUs: engine.endUs[v] });
  for (const { transfer, lastUseUs: toUs } of copies.values()) {
    const bytes = slotBytes[depSlot[transfer]];
    const there = { device: device[depConsumer[transfer]], op: v, fromUs: engine.lastHopUs[transfer] };
    addInterval(intervals, { ...there, part: "copies", bytes, toUs });
  }
}

function isGradient({ scenario, depStart, depConsumer }: Compiled, v: number): boolean {
  const { role } = scenario.graph;
  if (role[v] !== Role.backward) return false;
  for (let i = depStart[v]; i < depStart[v + 1]; i++) if (role[depConsumer[i]] === Role.update) return true;
  return false;
}

/** What lives for no time takes no room. */
function addInterval(intervals: MemoryInterval[], interval: MemoryInterval): void {
  if (interval.bytes > 0 && interval.toUs > interval.fromUs) intervals.push(interval);
}
