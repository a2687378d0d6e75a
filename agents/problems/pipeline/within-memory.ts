/**
 * Runs a planner that has a memory model of its own. Such a model leaves out boundary copies and
 * workspaces. Where the simulator finds that the plan does not fit, the planner plans again with
 * less memory.
 */
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { leastOf } from "./micro-batches.ts";

/** Shares of the memory that the planner's model may fill, tried until a plan fits. */
const MEMORY_SHARES: readonly number[] = [1, 0.85, 0.7, 0.55, 0.4];

export interface PlanWithin<Found> {
  readonly microBatches: readonly number[];
  /** Null where nothing fits that share of the memory. */
  find(microBatches: number, memoryShare: number): Found | null;
  planOf(found: Found): PipelinePlan;
}

export interface Within<Found> {
  /** What the last plan comes from; null where the planner's model has none that fits. */
  readonly found: Found | null;
  /** Whether that plan fits the memory by the simulator. */
  readonly fits: boolean;
}

/** Yields the plans that it scored. */
export function* planWithin<Found extends { readonly estimateUs: number }>(
  evaluator: MeteredEvaluator,
  { microBatches, find, planOf }: PlanWithin<Found>,
): Generator<PipelinePlan, Within<Found>> {
  let last: Found | null = null;
  for (const share of MEMORY_SHARES) {
    const found = microBatches.map((count) => find(count, share)).filter((each) => each !== null);
    if (found.length === 0) break;
    last = leastOf(found, ({ estimateUs }) => estimateUs);
    const plan = planOf(last);
    const { feasible } = evaluator.evaluate(plan);
    yield plan;
    if (feasible) return { found: last, fits: true };
  }
  return { found: last, fits: false };
}
