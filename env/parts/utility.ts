/**
 * Utilities: what a reward is made of. A utility turns the evaluation of a plan into a number to
 * maximise. An env pays it once at the end, or pays its change in every step. So rewards telescope
 * under every utility.
 *
 * All utilities decrease in `Outcome.cost`. The cost of a feasible plan is the value of the
 * objective. The cost of an infeasible one is the penalty ceiling x (1 + min(1, excess / limit)).
 * It is finite, above the cost of every feasible plan, and grows with the excess.
 *
 * Each utility is 0 minus something, never a bare minus: a plan that takes no time is worth 0 and
 * not -0.
 */
import type { Outcome } from "../sim/evaluator/contract.ts";

export interface Utility {
  readonly name: string;
  of(outcome: Outcome): number;
}

/** Minus the cost, in the evaluator's unit. The default, and the number that boards compare. */
export const negativeCost: Utility = { name: "negative-cost", of: ({ cost }) => 0 - cost };

/**
 * Minus the square root of the cost, the reward of ColocRL (Mirhoseini et al., ICML 2017). It
 * punishes very bad plans less.
 */
export const negativeRootCost: Utility = {
  name: "negative-root-cost",
  of: ({ cost }) => 0 - Math.sqrt(cost),
};

/**
 * Minus the logarithm of 1 + cost, after an option of Placeto's published code: equal relative
 * improvements are worth nearly the same. With the 1, a plan that takes no time has a finite
 * utility too.
 */
export const negativeLogCost: Utility = { name: "negative-log-cost", of: ({ cost }) => 0 - Math.log1p(cost) };
