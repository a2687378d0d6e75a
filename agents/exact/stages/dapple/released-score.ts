/**
 * The score by which the released DAPPLE planner (AlibabaPAI/DAPPLE, after Fan et al., PPoPP 2021)
 * ranks plans, and the profile that it plans on. The score has no pivot stage:
 *
 *   M       = floor(floor(batch / copies) / microBatch)
 *   length  = block (M-1) / M + T / (copies M) + sum over cuts of transfer(bytes / (copies M))
 *             + max over stages i of max(0, allReduce(i) - i block / M)
 *   speedup = T / length, and 0 where M is 0
 *
 * T is the time of the whole batch on one device, and `block` the plan's bottleneck for it.
 *
 * A stage is (first, last), where `last` is the first state of the next stage, and the last state
 * for the last stage. The all-reduce covers the states first..last, so that a border state counts
 * twice. The released code does so.
 */
import { allReduceTime, type DappleLinks, type DeviceSet, transferTime } from "./machines.ts";

/** A profile by states: ideals of the graph of layers, in topological order. */
export interface DappleProfile {
  readonly count: number;
  /** Forward and backward time of the layers of each state. */
  readonly time: Float64Array;
  readonly weightBytes: Float64Array;
  /** Bytes that leave a state. */
  readonly outputBytes: Float64Array;
  /** States before each state, in the order in which the program visits them. */
  readonly predecessors: readonly (readonly number[])[];
}

/** Times and outputs at the profiled batch; the score scales them to the batch. */
export interface DappleBatch {
  readonly profiled: number;
  readonly batch: number;
  /** The smallest micro-batch. */
  readonly microBatch: number;
}

export interface DappleCase {
  readonly profile: DappleProfile;
  readonly batch: DappleBatch;
  readonly links: DappleLinks;
  /** Number of devices up to the end of each machine. */
  readonly ends: readonly number[];
}

export interface ReleasedStage {
  readonly first: number;
  readonly last: number;
  /** Replicas within one copy. */
  readonly replicas: number;
  /** Devices of all copies. */
  readonly on: DeviceSet;
}

/** Time of the states first..last for the whole batch on one device. */
export const stageTime = ({ profile, batch }: DappleCase, first: number, last: number): number =>
  (profile.time[last] - (first === 0 ? 0 : profile.time[first - 1])) * (batch.batch / batch.profiled);

/** Bytes that leave a state for the whole batch. */
export const cutBytes = ({ profile, batch }: DappleCase, state: number): number =>
  profile.outputBytes[state] * (batch.batch / batch.profiled);

/** The speed-up of a plan over one device. */
export function releasedSpeedup(
  given: DappleCase,
  stages: readonly ReleasedStage[],
  block: number,
  copies: number,
): number {
  const { profile, batch, links } = given;
  const microBatches = Math.floor(Math.floor(batch.batch / copies) / batch.microBatch);
  if (microBatches === 0) return 0;
  const total = stageTime(given, 0, profile.count - 1);
  const blockTime = block / microBatches;
  let length = blockTime * (microBatches - 1) + total / copies / microBatches;
  for (let i = 0; i + 1 < stages.length; i++) {
    const bytes = cutBytes(given, stages[i].last - 1) / copies / microBatches;
    length += transferTime(stages[i].on, stages[i + 1].on, bytes, links);
  }
  let exposed = 0;
  for (const [i, { first, last, on }] of stages.entries()) {
    const bytes = profile.weightBytes[last] - (first === 0 ? 0 : profile.weightBytes[first - 1]);
    exposed = Math.max(exposed, allReduceTime(on, bytes, links) - i * blockTime);
  }
  return total / (length + exposed);
}

/** The speed-up of data parallelism on all devices, without overlap. */
export function dataParallelSpeedup(given: DappleCase, all: DeviceSet): number {
  const { profile, links } = given;
  const total = stageTime(given, 0, profile.count - 1);
  const sync = allReduceTime(all, profile.weightBytes[profile.count - 1], links);
  return total / (total / all.devices.length + sync);
}
