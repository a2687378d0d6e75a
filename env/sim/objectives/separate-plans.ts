/**
 * The evaluator of an objective that scores every plan by itself. Batches and neighbours are plans
 * like any other, and nothing runs again to answer a later question.
 */
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { boundsOnce, PLACEMENTS } from "../bounds/best.ts";
import type { Bound, Evaluator, Outcome } from "../evaluator/contract.ts";
import { evaluatedNeighbours } from "../evaluator/move.ts";

export interface SeparatePlans {
  readonly scenario: Scenario;
  readonly unit: Evaluator["unit"];
  readonly ceiling: number;
  readonly evaluate: (plan: Plan) => Outcome;
  readonly bounds: () => readonly Bound[];
}

export const separateEvaluator = ({
  scenario,
  unit,
  ceiling,
  evaluate,
  bounds,
}: SeparatePlans): Evaluator => ({
  scenario,
  unit,
  accepts: PLACEMENTS,
  ceiling,
  reruns: 0,
  evaluate,
  batch: (plans) => plans.map(evaluate),
  around: (plan) => evaluatedNeighbours(scenario, plan, evaluate),
  ...boundsOnce(PLACEMENTS, bounds),
});
