/**
 * Cells scored again by the slow specification of the simulator, which shares no code with the fast
 * one. It takes up to seconds for a plan, so a board checks its top rows and a sample of the rest.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import { createRng } from "../../../env/model/rng.ts";
import { FORMULA_TOLERANCE, referenceValue } from "../../../env/sim/reference/score.ts";
import type { Judged } from "./judge.ts";

/** Throws `InputError` where the slow simulator gives the plan another value. */
export function verifySlowly(
  plan: Plan,
  value: number | null,
  { scenario, uri }: Judged,
  where: string,
): void {
  const slow = referenceValue(scenario, plan);
  if (isSame(value, slow)) return;
  throw new InputError(
    `${where}: the plan of "${uri}" has the value ${slow} by the slow simulator, and ${value} by the fast one.`,
  );
}

function isSame(fast: number | null, slow: number | null): boolean {
  if (fast === null || slow === null) return fast === slow;
  return Math.abs(fast - slow) <= FORMULA_TOLERANCE * Math.abs(fast);
}

/** `count` of the numbers below `total`, the same ones every time, ascending. */
export function sampleOf(total: number, count: number, name: string): ReadonlySet<number> {
  const all = createRng("leaderboard sample")
    .child(name)
    .shuffle(Array.from({ length: total }, (_, i) => i));
  return new Set(all.slice(0, count));
}
