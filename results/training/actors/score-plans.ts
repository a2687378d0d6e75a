/** The answer of a process that scores plans for a training of another one. */
import { InputError } from "../../../env/model/errors.ts";
import { readScenario, scenarioHash } from "../../../env/model/file.ts";
import { planFromJson } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { type PlanScore, scoreOf } from "../../../env/sim/evaluator/scored-ahead.ts";
import { namesFiles } from "../../../scenarios/file-address.ts";
import { knownScenario } from "../../cells/known-scenarios.ts";
import { trueEvaluator } from "../conditions.ts";
import { type ScoreRequest, toldOf } from "./contract.ts";

/** Evaluators of this process by what they score; a run has few scenarios. */
const known = new Map<string, Evaluator>();
const MOST_KNOWN = 30;

/**
 * Null where the scenario has files and is not known here: nothing is read at the asker's word.
 * Throws `InputError` where the scenario is not the one that is asked for, or a plan is none for
 * it.
 */
export async function scorePlans(request: ScoreRequest): Promise<PlanScore[] | null> {
  const score = await evaluatorOf(request);
  if (score === null) return null;
  const plans = request.plans.map((json) => planFromJson(score.scenario, json, "A plan of a training"));
  return plans.map((plan) => scoreOf(score.evaluate(plan)));
}

async function evaluatorOf(request: ScoreRequest): Promise<Evaluator | null> {
  const key = JSON.stringify([request.scenarioHash, request.slowDevices]);
  const found = known.get(key);
  if (found !== undefined) return found;
  const scenario = await scenarioOf(request);
  if (scenario === null) return null;
  const made = trueEvaluator(scenario, request);
  known.set(key, made);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return made;
}

async function scenarioOf(request: ScoreRequest): Promise<Scenario | null> {
  const { scenario: uri, content, objective } = request;
  if (content === undefined && (uri === null || namesFiles(uri))) return null;
  const { scenario, hash } =
    content === undefined
      ? await knownScenario(uri!, objective)
      : contained(readScenario(content, "of a training"));
  if (hash !== request.scenarioHash)
    throw new InputError(
      `Scenario ${toldOf(request)} is another one here than in the run; its content hash differs.`,
    );
  return scenario;
}

const contained = (scenario: Scenario) => ({ scenario, hash: scenarioHash(scenario) });
