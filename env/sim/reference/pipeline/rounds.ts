/** Rounds of the pipeline specification. */
import type { Pipeline } from "./contract.ts";

/** The round that a micro-batch of a stage belongs to. */
export function roundOf({ schedule, plan }: Pipeline, stage: number, microBatch: number): number {
  if (schedule.update === "iteration") return Math.floor(microBatch / plan.microBatches);
  const { devices, share } = plan.stages[stage];
  return share === "split" ? microBatch : Math.floor(microBatch / devices.length);
}
