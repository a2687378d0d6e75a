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
import { timeOrder } from "./time-order.ts";

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

  const intervals = intervalColumns(compiled, engine, device);
  const { deviceOf, bytesOf, opOf, fromUs, toUs } = intervals;
  const starts = timeOrder(fromUs);
  const ends = timeOrder(toUs);
  let ended = 0;
  for (const i of starts) {
    for (; ended < ends.length && toUs[ends[ended]] <= fromUs[i]; ended++)
      live[deviceOf[ends[ended]]] -= bytesOf[ends[ended]];
    const d = deviceOf[i];
    live[d] += bytesOf[i];
    if (live[d] <= bytes[d]) continue;
    bytes[d] = live[d];
    op[d] = opOf[i];
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
  eachInterval(compiled, engine, device, (part, on, bytes, op, fromUs, toUs) => {
    intervals.push({ part, device: on, bytes, op, fromUs, toUs });
  });
  return intervals;
}

/** The same in columns, for the sum that every evaluation close to a limit makes. */
function intervalColumns(compiled: Compiled, engine: RunTimes, device: Int32Array) {
  const { opCount, depConsumer } = compiled;
  const most = 2 * opCount + depConsumer.length;
  const deviceOf = new Int32Array(most);
  const opOf = new Int32Array(most);
  const bytesOf = new Float64Array(most);
  const fromUs = new Float64Array(most);
  const toUs = new Float64Array(most);
  let count = 0;
  eachInterval(compiled, engine, device, (_, on, bytes, op, from, to) => {
    deviceOf[count] = on;
    opOf[count] = op;
    bytesOf[count] = bytes;
    fromUs[count] = from;
    toUs[count++] = to;
  });
  return { deviceOf, opOf, bytesOf, fromUs: fromUs.subarray(0, count), toUs: toUs.subarray(0, count) };
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

type Emit = (
  part: PassingPart,
  device: number,
  bytes: number,
  op: number,
  fromUs: number,
  toUs: number,
) => void;

/** What lives for no time takes no room. */
function eachInterval(compiled: Compiled, engine: RunTimes, device: Int32Array, emit: Emit): void {
  const emitLiving: Emit = (part, on, bytes, op, fromUs, toUs) => {
    if (bytes > 0 && toUs > fromUs) emit(part, on, bytes, op, fromUs, toUs);
  };
  for (let v = 0; v < compiled.opCount; v++) intervalsOf(compiled, engine, device, v, emitLiving);
}

/** What op v and its transfers keep alive, and where. A transfer has the number of the first dependency that it serves. */
function intervalsOf(compiled: Compiled, engine: RunTimes, device: Int32Array, v: number, emit: Emit): void {
  const { depStart, depConsumer, depSlot, outputBytes, slotBytes, workspaceBytes, deviceCount } = compiled;
  const perConsumer = compiled.fidelity.multicast === "per-consumer";
  let copies: Map<number, { readonly transfer: number; lastUseUs: number }> | null = null;
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
    copies ??= new Map();
    const key = perConsumer ? i : slot * deviceCount + to;
    const copy = copies.get(key) ?? { transfer: i, lastUseUs: 0 };
    copies.set(key, copy);
    copy.lastUseUs = Math.max(copy.lastUseUs, usedUs);
    lastUseUs = Math.max(lastUseUs, engine.leftUs[copy.transfer]);
  }
  const [here, startUs] = [device[v], engine.startUs[v]];
  const outputs = isGradient(compiled, v) ? "gradients" : "activations";
  emit(outputs, here, outputBytes[v], v, startUs, lastUseUs);
  emit("workspace", here, workspaceBytes[v], v, startUs, engine.endUs[v]);
  if (copies === null) return;
  for (const { transfer, lastUseUs: toUs } of copies.values())
    emit(
      "copies",
      device[depConsumer[transfer]],
      slotBytes[depSlot[transfer]],
      v,
      engine.lastHopUs[transfer],
      toUs,
    );
}

function isGradient({ scenario, depStart, depConsumer }: Compiled, v: number): boolean {
  const { role } = scenario.graph;
  if (role[v] !== Role.backward) return false;
  for (let i = depStart[v]; i < depStart[v + 1]; i++) if (role[depConsumer[i]] === Role.update) return true;
  return false;
}
