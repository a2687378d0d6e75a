/**
 * What bounds a pipeline. The time of a batch on the busiest device has the work that a perfect
 * split would leave to every device, and losses. All parts add up to the time of a batch.
 */
import type { PipelineTimeline } from "./contract.ts";
import { computingUs } from "./stage-facts.ts";

/** In the order in which tables show them. */
export const lossNames = ["work", "imbalance", "recompute", "inside", "transfers", "sync", "bubble"] as const;
export type LossName = (typeof lossNames)[number];

export interface PipelineLosses {
  /** The device that computes longest, the first of equal ones, and its stage with most of that. */
  readonly device: number;
  readonly stage: number;
  /**
   * In us of one batch. Work is the mean computing of the plan's devices without recomputation, and
   * recompute the mean of that. Imbalance is what the busiest device computes above the mean. The
   * other parts are those of that device.
   */
  readonly parts: Readonly<Record<LossName, number>>;
  /** The largest part beside work. */
  readonly largest: Exclude<LossName, "work">;
}

export function pipelineLosses(timeline: PipelineTimeline): PipelineLosses {
  const { stageDevices, deviceTimes, stages, plan } = timeline;
  const device = stageDevices.reduce((most, d) =>
    computingUs(deviceTimes[d]) > computingUs(deviceTimes[most]) ? d : most,
  );
  const stage = stages
    .filter((own) => plan.stages[own.stage].devices.includes(device))
    .reduce((most, own) => (own.busyUs > most.busyUs ? own : most)).stage;
  const mean = (value: (d: number) => number) =>
    stageDevices.reduce((sum, d) => sum + value(d), 0) / stageDevices.length;
  const computing = mean((d) => computingUs(deviceTimes[d]));
  const recompute = mean((d) => deviceTimes[d].recompute);
  const { inside, transfers, sync, bubble } = deviceTimes[device];
  const imbalance = Math.max(0, computingUs(deviceTimes[device]) - computing);
  const parts = { work: computing - recompute, imbalance, recompute, inside, transfers, sync, bubble };
  const largest = lossNames
    .filter((name) => name !== "work")
    .reduce((most, name) => (parts[name] > parts[most] ? name : most));
  return { device, stage, parts, largest };
}

/** Mean over the plan's devices, shares of the time of a batch. */
export function idleShares({ stageDevices, deviceTimes, iterationUs }: PipelineTimeline) {
  const share = (part: "transfers" | "sync" | "bubble") =>
    iterationUs > 0
      ? stageDevices.reduce((sum, d) => sum + deviceTimes[d][part], 0) / stageDevices.length / iterationUs
      : 0;
  return { transfers: share("transfers"), sync: share("sync"), bubble: share("bubble") };
}
