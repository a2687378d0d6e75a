/**
 * What a format loses: most targets hold devices and no order of ops. Then the export says so, with
 * the value of the plan as it is written.
 */
import { type Placement, placement } from "../../env/model/plan/placement.ts";
import { asPlacement, type Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Evaluator } from "../../env/sim/evaluator/contract.ts";
import { evaluator, objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import { formatValue } from "../text/format.ts";
import type { Exported, Exporter } from "./contract.ts";

/** Pre: the plan is valid for the scenario, and given where the exporter's subject is a plan. */
export function exportScenario(exporter: Exporter, scenario: Scenario, given: Plan | null): Exported {
  const plan = given && asPlacement(given);
  const exported = exporter.write(scenario, plan);
  if (plan?.opPriority === undefined || exporter.keepsOrder) return exported;
  return { ...exported, notes: [...exported.notes, lostOrder(exporter, scenario, plan)] };
}

function lostOrder({ name }: Exporter, scenario: Scenario, plan: Placement): string {
  const lost = `The format ${name} cannot hold the plan's order of ops.`;
  if (!objectiveOf(scenario).keepsOrder) return lost;
  const score = evaluator(scenario);
  const [before, after] = [plan, placement(plan.device)].map((each) => valueText(score, each));
  return `${lost} Without it the ${scenario.objective} is ${after}, with it ${before}.`;
}

function valueText(score: Evaluator, plan: Placement): string {
  const { value } = score.evaluate(plan);
  return value === null ? "out of memory" : formatValue(score.unit, value);
}
