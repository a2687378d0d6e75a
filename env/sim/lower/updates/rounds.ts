/**
 * Rounds: the micro-batches between two updates of a stage. A round is a batch. Where each
 * micro-batch updates the weights, it is one micro-batch for each dealt replica.
 */
import type { Lowering } from "../lowering.ts";

type Laid = Pick<Lowering, "plan" | "laid">;

export function roundLength({ plan, laid }: Laid, stage: number): number {
  if (laid.schedule.update === "iteration") return plan.microBatches;
  const { devices, share } = plan.stages[stage];
  return share === "split" ? 1 : devices.length;
}

export const roundCount = (lowering: Laid, stage: number): number =>
  Math.ceil((lowering.plan.microBatches * lowering.laid.iterations) / roundLength(lowering, stage));
