/**
 * The objective `rewritten`: time of one step in us by the event engine, of plans that may rewrite
 * the graph first. A rewriting has the makespan of its placement on the rewritten graph, a plain
 * placement that of the graph as it is.
 *
 * The bounds on the makespan hold for placements. None is known that holds for all rewritings, so
 * the bound of all kinds is 0. Penalties have the ceiling of the graph as it is.
 */
import type { Plan, PlanKindName } from "../../model/plan/plan.ts";
import { placedRewriting, rewrittenScenario } from "../../model/plan/rewriting.ts";
import type { Scenario } from "../../model/scenario.ts";
import { boundsOnce } from "../bounds/best.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Evaluator, Outcome } from "../evaluator/contract.ts";
import { penalisedCost } from "../evaluator/penalty.ts";
import { createMakespanEvaluator } from "./makespan.ts";

export const REWRITINGS = ["placement", "rewriting"] as const satisfies readonly PlanKindName[];

export function createRewrittenEvaluator(scenario: Scenario): Evaluator {
  const asMakespan = (of: Scenario): Evaluator => createMakespanEvaluator({ ...of, objective: "makespan" });
  const plain = asMakespan(scenario);
  const { ceiling } = plain;
  let last: { readonly scenario: Scenario; readonly evaluator: Evaluator } | null = null;

  /** The evaluator of the rewritten graph; that of the last one is kept. */
  const evaluatorOf = (rewritten: Scenario): Evaluator => {
    if (rewritten.graph === scenario.graph) return plain;
    if (last?.scenario !== rewritten) last = { scenario: rewritten, evaluator: asMakespan(rewritten) };
    return last.evaluator;
  };

  const evaluate = (plan: Plan): Outcome => {
    checkAccepted(scenario, REWRITINGS, plan);
    if (plan.kind === "placement") return plain.evaluate(plan);
    const outcome = evaluatorOf(rewrittenScenario(scenario, plan.rewrites)).evaluate(placedRewriting(plan));
    const { violation } = outcome;
    return {
      feasible: outcome.feasible,
      value: outcome.value,
      cost: violation === null ? outcome.cost : penalisedCost(ceiling, violation),
      // Ops of the violation would be those of the rewritten graph.
      violation: violation && { ...violation, op: -1 },
      get peakBytes() {
        return outcome.peakBytes;
      },
    };
  };

  return {
    scenario,
    unit: "us",
    accepts: REWRITINGS,
    ceiling,
    get reruns() {
      return plain.reruns + (last?.evaluator.reruns ?? 0);
    },
    evaluate,
    batch: (plans) => plans.map(evaluate),
    around: (plan) => plain.around(plan),
    ...boundsOnce(REWRITINGS, () => plain.bounds()),
  };
}
