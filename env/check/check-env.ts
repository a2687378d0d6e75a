/**
 * `checkEnv`: does an env keep its contract? Tries every law on fresh envs and answers a report,
 * one sentence for each.
 *
 * `makeEnv` must give a new env of the same scenario and options at every call, over an unmetered
 * evaluator: the laws play some dozens of episodes. Nothing here knows a particular env; a user's
 * own is checked like ours.
 */
import type { Env } from "../contract.ts";
import { gymnasiumLaws } from "./gymnasium-laws.ts";
import { BrokenLaw, type Law } from "./law.ts";
import { placementLaws } from "./placement-laws.ts";
import type { CheckReport, CheckResult } from "./report.ts";

export const laws: readonly Law[] = [...gymnasiumLaws, ...placementLaws];

export function checkEnv(makeEnv: () => Env): CheckReport {
  const { id } = makeEnv().metadata;
  const checks = laws.map((law) => tryLaw(law, makeEnv));
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
