/** Which plans an objective scores: valid ones of the kinds that it accepts. */
import { InputError } from "../../model/errors.ts";
import { type Plan, type PlanKindName, planKindNames, validatePlan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";

/** Throws one sentence on a plan of another kind, and on what is no plan for the scenario. */
export function checkAccepted<K extends PlanKindName>(
  scenario: Scenario,
  accepts: readonly K[],
  plan: Plan,
): asserts plan is Extract<Plan, { kind: K }> {
  const kinds: readonly PlanKindName[] = accepts;
  const kind = plan?.kind;
  if (planKindNames.includes(kind) && !kinds.includes(kind))
    throw new InputError(
      `The objective ${scenario.objective} scores plans of kind ${kinds.join(" or ")}, not ${kind}.`,
    );
  validatePlan(scenario, plan);
}
