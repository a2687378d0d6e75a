/**
 * Utilities: what a reward is made of. A utility turns the evaluation of a plan into a number to
 * maximise; an env pays it once at the end, or its difference step by step, so rewards telescope
 * whatever the utility.
 *
 * All are decreasing in `Outcome.cost`: the objective's value of a feasible plan and, for one that
 * runs out of memory, the finite penalty ceiling x (1 + min(1, excess / limit)), worse than every
 * feasible plan and the worse the larger the excess. Each is 0 minus something, never a bare minus:
 * a plan that takes no time is worth 0 and not -0.
 */
import type { Outcome } from "../sim/evaluator/contract.ts";

export interface Utility {
  readonly name: string;
  of(outcome: Outcome): number;
}

/** Minus the cost, in the evaluator's unit. The default, and the number that boards compare. */
export const negativeCost: Utility = { name: "negative-cost", of: ({ cost }) => 0 - cost };

/**
 * Minus the square root of the cost: the reward of ColocRL (Mirhoseini et al., ICML 2017), milder
 * on very bad plans.
 */
export const negativeRootCost: Utility = {
  name: "negative-root-cost",
  of: ({ cost }) => 0 - Math.sqrt(cost),
};

/**
 * Minus the logarithm of the cost, an option of Placeto's published code: equal relative
 * improvements are worth the same. Of 1 + cost, so that a plan that takes no time has a finite
 * utility too.
 */
export const negativeLogCost: Utility = { name: "negative-log-cost", of: ({ cost }) => 0 - Math.log1p(cost) };
