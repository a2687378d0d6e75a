/**
 * A good contiguous split for a solver to start from: the ideals program, ended by limits that make it no work beside the
 * solver's.
 */
import type { Plan, Scenario } from "../../env/index.ts";
import { contract } from "./contract.ts";
import { searchIdeals } from "./ideals.ts";
import { splitPlan } from "./split-plan.ts";
import { splitProblem } from "./split-problem.ts";

const limits = { ideals: 100_000, transitions: 2_000_000 };

/** The split and its max load, or null where none fits. */
export function quickSplit(scenario: Scenario): { readonly plan: Plan; readonly valueUs: number } | null {
  const problem = splitProblem(scenario, contract(scenario));
  let best: { plan: Plan; valueUs: number } | null = null;
  for (const chain of [true, false]) {
    const search = searchIdeals(problem, {
      limits,
      chain,
      upperUs: best?.valueUs ?? Number.POSITIVE_INFINITY,
    });
    let step = search.next();
    while (step.done !== true) step = search.next();
    const { split } = step.value;
    if (split !== null) best = { plan: splitPlan(problem, split.stages), valueUs: split.valueUs };
  }
  return best;
}
