/**
 * What is in memory under `memory: "training"`, and when, from the times of a run. Each device
 * holds:
 *
 * - weights and optimizer state of its ops, during the whole step;
 * - an op's outputs from its start to the later of two times: their last local use, and when the
 *   last transfer has left;
 * - a received copy from its start on the last link to its last use;
 * - an op's workspace while the op runs.
 *
 * An interval holds its start and not its end. This file serves timelines, which name each part;
 * peak-slices.ts has the sum.
 */
import { Role } from "../../model/graph/graph.ts";
import type { Compiled } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";
import { COPY, createIntervalColumns, WORKSPACE } from "./interval-columns.ts";

export interface Peaks {
  /** Shape [deviceCount]. */
  readonly bytes: Float64Array;
  /**
   * Op whose output, copy or workspace raised the device to its peak. -1 where the peak is the
   * resident bytes alone.
   */
  readonly op: Int32Array;
}

/**
 * What is in memory for a part of the step. Gradients are the outputs of a backward op that an
 * update op reads.
 */
export type PassingPart = "activations" | "gradients" | "copies" | "workspace";

/** What is on a device from one moment to another. */
export interface MemoryInterval {
  readonly part: PassingPart;
  readonly device: number;
  readonly bytes: number;
  readonly op: number;
  readonly fromUs: number;
  readonly toUs: number;
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

/** Outputs, workspaces and received copies, op by op. */
export function trainingIntervals(compiled: Compiled, times: RunTimes, device: Int32Array): MemoryInterval[] {
  const columns = createIntervalColumns(compiled);
  const { kindOf, deviceOf, opOf, bytesOf, fromUs, toUs } = columns;
  const partOf = (row: number): PassingPart => {
    if (kindOf[row] === WORKSPACE) return "workspace";
    if (kindOf[row] === COPY) return "copies";
    return isGradient(compiled, opOf[row]) ? "gradients" : "activations";
  };
  return Array.from({ length: columns.fill(times, device) }, (_, row) => ({
    part: partOf(row),
    device: deviceOf[row],
    bytes: bytesOf[row],
    op: opOf[row],
    fromUs: fromUs[row],
    toUs: toUs[row],
  }));
}

function isGradient({ scenario, depStart, depConsumer }: Compiled, v: number): boolean {
  const { role } = scenario.graph;
  if (role[v] !== Role.backward) return false;
  for (let i = depStart[v]; i < depStart[v + 1]; i++) if (role[depConsumer[i]] === Role.update) return true;
  return false;
}
