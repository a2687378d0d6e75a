/** What a format loses of a sharding, as sentences that begin with the format. */
import { InputError } from "../../../env/model/errors.ts";
import type { DividedPlan } from "./divided-plan.ts";

/** `runs`: what decides in the program that reads it. */
export function algorithmLoss(format: string, { collective }: DividedPlan, runs: string): string[] {
  return collective === undefined
    ? []
    : [`The format ${format} cannot choose how sums are made, ${collective} in the plan: ${runs} does.`];
}

export function syncLoss(format: string, { sync }: DividedPlan): string[] {
  return sync === "exposed"
    ? [`The format ${format} cannot hold sums of gradients back until the backward pass is done.`]
    : [];
}

export function layoutLoss(format: string, plan: DividedPlan): string[] {
  const count = plan.layouts?.length ?? 0;
  return count === 0
    ? []
    : [`The format ${format} cannot give single outputs a layout, as the plan gives ${count}.`];
}

export function recomputeLoss(format: string, { kind, recompute }: DividedPlan): string[] {
  const count = recompute?.filter((flag) => flag === 1).length ?? 0;
  return kind !== "sharding" || count === 0
    ? []
    : [`The format ${format} has no word here for the ${count} ops that the plan computes again.`];
}

export function offloadLoss(format: string, plan: DividedPlan): string[] {
  const { optimizer, weights, activations } = (plan.kind === "sharding" && plan.offload) || {};
  const isAny = optimizer || weights || activations?.includes(1) === true;
  return isAny ? [`The format ${format} has no word here for what the plan keeps on the host.`] : [];
}

/** Throws a sentence where the plan divides dimensions by ratios. */
export function refuseRatios(format: string, plan: DividedPlan): void {
  const count = plan.ratios?.length ?? 0;
  if (count > 0)
    throw new InputError(
      `The format ${format} divides into equal parts, and the plan divides ${count} dimensions by ratios.`,
    );
}
