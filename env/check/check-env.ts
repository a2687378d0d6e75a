/**
 * `checkEnv`: does an env keep its contract? It tries the laws on fresh envs and reports one
 * sentence for each law.
 *
 * `makeEnv` must give a new env of the same scenario and options at every call. Its evaluator must
 * be unmetered, because the laws play some dozens of episodes. Nothing here knows a particular env:
 * an env of yours is checked like ours. Laws about plans are picked by `metadata.plans`.
 */
import type { Env } from "../contract.ts";
import { planKindNames } from "../model/plan/plan.ts";
import { gymnasiumLaws } from "./gymnasium-laws.ts";
import { BrokenLaw, type Law } from "./law.ts";
import { planLaws } from "./plan-laws.ts";
import type { CheckReport, CheckResult } from "./report.ts";
import { searchLaws } from "./search-laws.ts";

/** Kinds of plan that objectives score. */
const scored: readonly string[] = planKindNames;

/** The laws of an env that answers these kinds of plan. */
export function lawsFor(plans: readonly string[]): readonly Law[] {
  const ofPlans = plans.some((kind) => scored.includes(kind)) ? planLaws : [];
  return [...gymnasiumLaws, ...searchLaws, ...ofPlans];
}

export function checkEnv(makeEnv: () => Env): CheckReport {
  const { id, plans } = makeEnv().metadata;
  // A user's env may be plain JavaScript; the law on metadata says what is wrong with it.
  const checks = lawsFor(Array.isArray(plans) ? plans : []).map((law) => tryLaw(law, makeEnv));
  return { id, ok: checks.every((check) => check.ok), checks };
}

function tryLaw({ name, check }: Law, makeEnv: () => Env): CheckResult {
  try {
    return { name, ok: true, sentence: check(makeEnv) };
  } catch (error) {
    if (error instanceof BrokenLaw) return { name, ok: false, sentence: error.message };
    return { name, ok: false, sentence: `The env threw: ${error instanceof Error ? error.message : error}` };
  }
}
