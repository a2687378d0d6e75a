/**
 * The laws of envs that answer plans which the objective scores. Rewards telescope to the score.
 * Plans are valid and cost what the env said. A plan that has an `opPriority` is scored with it.
 */
import type { Env, Step } from "../contract.ts";
import { validatePlan } from "../model/plan/plan.ts";
import { createRng } from "../model/rng.ts";
import { evaluator } from "../sim/objectives/evaluator.ts";
import { playOn, seeds } from "./episode.ts";
import { insist, type Law } from "./law.ts";

const SEED = 2718;

export const planLaws: readonly Law[] = [
  {
    name: "rewards telescope",
    check(make) {
      const env = make();
      const { returns } = env.metadata;
      if (returns === "other") return "not applicable: the rewards are not made of costs alone.";
      insist(
        returns === "score" || returns === "improvement",
        `metadata.returns is ${returns}; say what the rewards sum to: "score" (minus the final cost), "improvement" (the first cost minus the final one) or "other".`,
      );
      const checkSum = returns === "score" ? checkScore : checkImprovement;
      const judged = seeds.filter((seed) => checkSum(env, seed)).length;
      if (judged === 0) return "not applicable: every episode was cut off before it had a score.";
      return `their sum is ${returns === "score" ? "minus the final cost" : "the first cost minus the final one"}.`;
    },
  },
  {
    name: "plans",
    check(make) {
      const env = make();
      const score = evaluator(env.scenario);
      const { plans } = env.metadata;
      const checkPlan = (where: string, cost: number | undefined) => {
        const { kind } = env.plan();
        insist(
          plans.includes(kind),
          `${where}: plan() answers a ${kind}, which metadata.plans does not list.`,
        );
        validatePlan(env.scenario, env.plan());
        if (cost === undefined) return;
        const own = score.evaluate(env.plan()).cost;
        insist(own === cost, `${where}: the plan costs ${own}, but info.outcome says ${cost}.`);
      };
      const steps = playOn(env, env.reset({ seed: SEED }), createRng(SEED), (last, index) => {
        checkPlan(index === 0 ? "reset" : `step ${index - 1}`, last.info.outcome?.cost);
      });
      const last = steps[steps.length - 1];
      checkPlan("the end", last.info.outcome?.cost);
      if (last.terminated) insist(last.info.outcome !== undefined, "The episode ended without info.outcome.");
      return "are valid at every step and cost what info.outcome says.";
    },
  },
];

/**
 * At the end of an episode, the rewards sum to minus the plan's cost. False where the episode was
 * cut off and has no score.
 */
function checkScore(env: Env, seed: number): boolean {
  const steps = playOn(env, env.reset({ seed }), createRng(seed));
  if (!steps[steps.length - 1].terminated) return false;
  const { cost } = evaluator(env.scenario).evaluate(env.plan());
  const sum = steps.reduce((total, step) => total + step.reward, 0);
  insist(equalSums(sum, -cost, cost), `The rewards sum to ${sum}, but the final plan costs ${cost}.`);
  return true;
}

/** At every moment, the rewards so far sum to the first cost minus the cost now. */
function checkImprovement(env: Env, seed: number): boolean {
  const score = evaluator(env.scenario);
  const reset = env.reset({ seed });
  const { cost: first } = score.evaluate(env.plan());
  let sum = 0;
  const checkSum = (where: string) => {
    const { cost } = score.evaluate(env.plan());
    insist(
      equalSums(sum, first - cost, Math.max(first, cost)),
      `${where}: the cost went from ${first} to ${cost}, but the rewards sum to ${sum}.`,
    );
  };
  const steps = playOn(env, reset, createRng(seed), (last, index) => {
    sum += index === 0 ? 0 : (last as Step<unknown>).reward;
    checkSum(`step ${index}`);
  });
  sum += steps[steps.length - 1].reward;
  checkSum("the end");
  return true;
}

/** Exactly where whole numbers are added, to 1e-9 of the costs otherwise. */
function equalSums(sum: number, expected: number, cost: number): boolean {
  if (Number.isInteger(expected) && Number.isInteger(cost)) return sum === expected;
  return Math.abs(sum - expected) <= 1e-9 * cost;
}
