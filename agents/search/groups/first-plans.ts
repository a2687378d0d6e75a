/**
 * What an exact method starts from: quick planners one after the other, within one small share
 * of the budget. They draw from their own random stream, so the method's answer is the same for
 * every seed.
 */

import type { Plan } from "../../../env/model/plan/plan.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { BudgetExhausted } from "../../../env/sim/evaluator/budget.ts";
import { allowance, type MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { PlannerModule } from "../../contract.ts";

export interface FirstPlans {
  /** With their options for starts, or their defaults. */
  readonly planners: readonly PlannerModule[];
  /** The most that all of them may spend together, at most a quarter of the budget. */
  readonly most: number;
  /** Name of the random stream. */
  readonly stream: string;
}

export async function* firstPlans(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  { planners, most, stream }: FirstPlans,
): AsyncGenerator<Plan, void> {
  const amount = Math.min(most, Math.floor(evaluator.remaining / 4));
  if (amount === 0) return;
  const allowed = allowance(evaluator, amount);
  const rng = createRng(stream);
  try {
    for (const { options, create, traits } of planners)
      yield* create(options.parse(traits?.asStart ?? {})).plan(scenario, allowed, rng);
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  }
}
