/**
 * What a trained policy's own answer costs: the budget of a method such as `placeto@runs/nmt` where
 * nobody gives one. A larger budget is spent on plans drawn from the policy.
 */
import { parseSpec } from "../../agents/registry/spec.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import { resolvePretrained } from "../training/pretrained.ts";
import { knownScenario } from "./known-scenarios.ts";

/** Null for a method without a trained policy. */
export async function answerBudget(
  address: string,
  method: string,
  objective?: Objective,
): Promise<Budget | null> {
  if (parseSpec(method).policy === null) return null;
  const { module, options, start } = await resolvePretrained(method);
  if (module.kind !== "agent") return null;
  const { scenario } = await knownScenario(address, objective);
  return { simulations: module.actEvaluations(scenario, options) + (start.trainsFor ?? 0) };
}
