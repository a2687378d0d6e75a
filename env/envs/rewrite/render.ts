/**
 * A rewriting as text: how often each substitution was made, ops before and after. Drawing
 * simulates the plan once, outside of any budget.
 */
import { type RewritingPlan, rewrittenScenario } from "../../model/plan/rewriting.ts";
import type { Scenario } from "../../model/scenario.ts";
import { evaluator } from "../../sim/objectives/evaluator.ts";
import { numberText, textTable } from "../text-table.ts";

export function renderRewriting(scenario: Scenario, plan: RewritingPlan, title: string): string {
  const { value } = evaluator(scenario).evaluate(plan);
  const after = rewrittenScenario(scenario, plan.rewrites).graph.opCount;
  const counts = new Map<string, number>();
  for (const { substitution } of plan.rewrites) counts.set(substitution, (counts.get(substitution) ?? 0) + 1);
  return [
    `${title}: ${value === null ? "does not fit" : `a step takes ${numberText(value)} us`}`,
    `${scenario.graph.opCount} ops became ${after} in ${plan.rewrites.length} rewrites`,
    ...textTable([
      { header: "times", align: "right", cells: [...counts.values()].map(String) },
      { header: "substitution", align: "left", cells: [...counts.keys()] },
    ]),
  ].join("\n");
}
