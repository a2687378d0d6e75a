/**
 * What lives when under `memory: "training"`, from the times of a run. What each device holds:
 *
 * - weights and optimizer state of its ops, the whole step;
 * - an op's outputs from its start to their last local use or until the last transfer has left, whichever is later;
 * - a received copy from when it sets out on the last link to its last use;
 * - an op's workspace while the op runs.
 *
 * An interval holds its start and not its end. For timelines, with a name for each part; peak-slices.ts has the sum.
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
