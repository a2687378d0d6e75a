/**
 * From devices of groups to rewards: it lifts, scores through the metered evaluator, and shapes.
 * Costs are divided by the scenario's proven bound, so that one learning rate suits graphs of
 * milliseconds and of hours.
 */
import { z } from "zod";
import { liftToOps } from "../../env/model/coarsen/grouping.ts";
import { placement } from "../../env/model/plan/placement.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";

export const rewardShape = z
  .enum(["sqrt", "linear", "log"])
  .default("sqrt")
  .describe("Reward of a placement: minus the square root, the value or the logarithm of cost over bound.");
export type RewardShape = z.infer<typeof rewardShape>;

/** The op-level plan of one device per group. */
export function planOf(scenario: Scenario, groupDevice: ArrayLike<number>): Plan {
  return placement(liftToOps(scenario.grouping, groupDevice));
}

export interface Scored {
  /** Cost of each placement in the evaluator's unit. */
  readonly costs: Float64Array;
  readonly rewards: Float64Array;
  /** Share of the placements that fit in memory. */
  readonly feasible: number;
}

/** Scores placements of the groups, one evaluation each. */
export function score(
  evaluator: MeteredEvaluator,
  placements: readonly ArrayLike<number>[],
  shape: RewardShape,
): Scored {
  const outcomes = evaluator.batch(placements.map((devices) => planOf(evaluator.scenario, devices)));
  const scale = scaleOf(evaluator);
  const costs = Float64Array.from(outcomes, ({ cost }) => cost);
  return {
    costs,
    rewards: costs.map((cost) => rewardOf(cost / scale, shape)),
    feasible: outcomes.filter(({ feasible }) => feasible).length / outcomes.length,
  };
}

/**
 * How many placements the next batch may have: the whole batch, or what the budget leaves after the
 * greedy plan's own.
 */
export function nextBatchSize(evaluator: MeteredEvaluator, batch: number, keptBack: number): number {
  return Math.max(0, Math.min(batch, evaluator.remaining - keptBack));
}

export function scaleOf(evaluator: MeteredEvaluator): number {
  const { value } = evaluator.bound();
  return value > 0 ? value : evaluator.ceiling;
}

function rewardOf(relativeCost: number, shape: RewardShape): number {
  if (shape === "linear") return -relativeCost;
  return shape === "log" ? -Math.log(Math.max(relativeCost, 1e-12)) : -Math.sqrt(relativeCost);
}
