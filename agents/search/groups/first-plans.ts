/**
 * What an exact method starts from: quick planners one after the other, together on a small share
 * of the budget. They draw from a random stream of their own, so that the method's answer is the
 * same for every seed.
 */

import type { Plan } from "../../../env/model/plan/placement.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { BudgetExhausted, type MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { PlannerModule } from "../../contract.ts";
import { withAllowance } from "../../run/meters.ts";

export interface FirstPlans {
  /** With their default options. */
  readonly planners: readonly PlannerModule[];
  /** Evaluations of all of them together, at most a quarter of the budget. */
  readonly evaluations: number;
  /** Name of the random stream. */
  readonly stream: string;
}

export async function* firstPlans(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  { planners, evaluations, stream }: FirstPlans,
): AsyncGenerator<Plan, void> {
  const allowance = Math.min(evaluations, Math.floor(evaluator.remaining / 4));
  if (allowance === 0) return;
  const allowed = withAllowance(evaluator, allowance);
  const rng = createRng(stream);
  try {
    for (const { options, create } of planners) yield* create(options.parse({})).plan(scenario, allowed, rng);
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  }
}
