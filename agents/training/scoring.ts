/** From devices of groups to plans, and from their outcomes to rewards. */
import { z } from "zod";
import { liftToOps } from "../../env/model/coarsen/grouping.ts";
import { InputError } from "../../env/model/errors.ts";
import { type Placement, placement } from "../../env/model/plan/placement.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";

export const rewardShape = z
  .enum(["sqrt", "linear", "log"])
  .default("sqrt")
  .describe("Reward of a placement: minus the square root, the value or the logarithm of cost over bound.");
export type RewardShape = z.infer<typeof rewardShape>;

/** The op-level plan of one device per group. */
export function planOf(scenario: Scenario, groupDevice: ArrayLike<number>): Placement {
  return placement(liftToOps(scenario.grouping, groupDevice));
}

/** From the outcome of a plan to its reward. */
export type Reward = (outcome: Outcome) => number;

/** Step that stands for a plan that does not fit, in the published systems. */
const FAILING_SECONDS = 100;
/** The reward of such a plan, with which published baselines begin. */
export const FAILING_REWARD = -Math.sqrt(FAILING_SECONDS);

/** Rewards of the published systems' agents: ours over the bound, or theirs in seconds. */
export const publishedShape = z
  .enum(["sqrt", "linear", "log", "seconds"])
  .default("sqrt")
  .describe(
    "Minus the root, value or logarithm of cost over bound, or the root of seconds with a failing signal.",
  );

export const rewardOn = (evaluator: MeteredEvaluator, shape: z.infer<typeof publishedShape>): Reward =>
  shape === "seconds" ? rootOfSeconds(evaluator) : overBound(evaluator, shape);

/**
 * `overBound` shapes cost over the scenario's bound, penalties included. So one learning rate
 * suits steps of milliseconds and of hours.
 */
export function overBound(evaluator: MeteredEvaluator, shape: RewardShape): Reward {
  const scale = scaleOf(evaluator);
  return ({ cost }) => rewardOf(cost / scale, shape);
}

/**
 * The published rule: minus the square root of the step in seconds, and that of 100 seconds for a
 * plan that does not fit (Mirhoseini et al., ICML 2017 and ICLR 2018).
 */
export function rootOfSeconds({ unit, scenario }: MeteredEvaluator): Reward {
  if (unit !== "us")
    throw new InputError(
      `The reward of the paper is the root of a time, and the objective of "${scenario.name}" is ${scenario.objective}; choose mode=tuned.`,
    );
  return ({ value, feasible, cost }) => (feasible ? -Math.sqrt((value ?? cost) / 1e6) : FAILING_REWARD);
}

export function scaleOf(evaluator: MeteredEvaluator): number {
  const { value } = evaluator.bound();
  return value > 0 ? value : evaluator.ceiling;
}

function rewardOf(relativeCost: number, shape: RewardShape): number {
  if (shape === "linear") return -relativeCost;
  return shape === "log" ? -Math.log(Math.max(relativeCost, 1e-12)) : -Math.sqrt(relativeCost);
}
