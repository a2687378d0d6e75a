/** The answer of a process that scores plans for a training of another one. */
import { InputError } from "../../../env/model/errors.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { type PlanScore, scoreOf } from "../../../env/sim/evaluator/scored-ahead.ts";
import { knownScenario } from "../../cells/known-scenarios.ts";
import { trueEvaluator } from "../conditions.ts";
import type { ScoreRequest } from "./contract.ts";

/** Evaluators of this process by what they score; a run has few scenarios. */
const known = new Map<string, Evaluator>();
const MOST_KNOWN = 30;

/** Throws `InputError` where the scenario is not the one that is asked for. */
export async function scorePlans(request: ScoreRequest): Promise<PlanScore[]> {
  const { scenario: address, scenarioHash, objective, plans } = request;
  const { scenario, hash } = await knownScenario(address, objective);
  if (hash !== scenarioHash)
    throw new InputError(`Scenario "${address}" has changed since the run began; its content hash differs.`);
  const score = knownEvaluator(scenario, request);
  return plans.map((plan) => scoreOf(score.evaluate(plan)));
}

function knownEvaluator(scenario: Scenario, { scenarioHash, slowDevices }: ScoreRequest): Evaluator {
  const key = JSON.stringify([scenarioHash, slowDevices]);
  const found = known.get(key) ?? trueEvaluator(scenario, { slowDevices });
  known.set(key, found);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return found;
}
