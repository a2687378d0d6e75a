/**
 * Plans of straight stages under GPipe's schedule, by its closed form: with times f and b of each
 * stage for one of M micro-batches,
 *
 *   iteration = sum f + (M - 1) max f + sum b + (M - 1) max b
 *
 * Recomputation makes the second maximum one of f + b. The first micro-batch of the backward pass
 * costs f more on the last stage alone; the others compute it again while they wait. Where that one
 * keeps its activations, it costs nothing. Transfers, updates and memory are left out.
 */
import type { StagePlan } from "../../../env/model/layers/stage-plan.ts";
import { type EqualDevices, stagesOfLengths } from "./equal-devices.ts";
import { leastOf, microBatchChoices, passUs, shareTimes, stageSums } from "./micro-batches.ts";

/** Which micro-batches are computed again for their backward pass. */
export const checkpoints = ["always", "except_last", "never"] as const;
export type Checkpoint = (typeof checkpoints)[number];

export interface FillDrainPlan {
  readonly plan: StagePlan;
  readonly estimateUs: number;
}

/** @param microBatches 0 for the number of least estimate */
export function fillDrainPlan(
  on: EqualDevices,
  lengths: readonly number[],
  { checkpoint, microBatches }: { readonly checkpoint: Checkpoint; readonly microBatches: number },
): FillDrainPlan {
  const { chain, type, devices } = on;
  const estimates = microBatchChoices(chain.scenario, microBatches).map((count) => {
    const { forwardUs, backwardUs } = shareTimes(chain, type, 1 / count);
    const forward = stageSums(forwardUs, lengths);
    return { count, us: fillDrainUs(forward, stageSums(backwardUs, lengths), count, checkpoint) };
  });
  const { count, us } = leastOf(estimates, (estimate) => estimate.us);
  const recompute = checkpoint !== "never";
  return {
    plan: {
      stages: stagesOfLengths(lengths, devices).map((stage) => ({ ...stage, recompute })),
      microBatches: count,
      schedule: { name: "gpipe", ...(checkpoint === "except_last" && { recompute: "except-last" }) },
    },
    estimateUs: us,
  };
}

/** The closed form. */
export function fillDrainUs(
  forwardUs: readonly number[],
  backwardUs: readonly number[],
  microBatches: number,
  checkpoint: Checkpoint,
): number {
  const { length } = forwardUs;
  const again = checkpoint === "never" ? backwardUs : backwardUs.map((us, s) => us + forwardUs[s]);
  const firstUs = checkpoint === "always" ? forwardUs[length - 1] : 0;
  const drainUs = backwardUs.reduce((sum, us) => sum + us, firstUs) + (microBatches - 1) * Math.max(...again);
  return passUs(forwardUs, microBatches) + drainUs;
}
