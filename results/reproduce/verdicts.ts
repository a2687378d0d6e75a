/**
 * The rules by which a measured interval is a verdict on a claim:
 *
 * - An order holds where the whole interval lies on the right side of the limit. It does not hold
 *   where the whole interval lies on the wrong side. Else it is a tie.
 * - A ratio holds where the interval meets `[paper / within, paper * within]`.
 * - An exact figure holds where the value differs by at most one part in a million.
 * - What was not measured is not run, whatever the reason; the note has it.
 */
import type { Interval } from "../statistics/contract.ts";
import type { Claim, Rule, Verdict } from "./contract.ts";

export const EXACT_TOLERANCE = 1e-6;

export const verdicts: readonly Verdict[] = ["holds", "tie", "does not hold", "not run"];

export function claimVerdict(rule: Rule, measured: Interval | null): Verdict {
  if (measured === null) return "not run";
  const { value, low, high } = measured;
  if (isOrder(rule)) {
    const [right, wrong] =
      rule.kind === "below" ? [high < rule.limit, low > rule.limit] : [low > rule.limit, high < rule.limit];
    return orderVerdict(right, wrong);
  }
  if (rule.kind === "exactly") return metVerdict(Math.abs(value / rule.value - 1) <= EXACT_TOLERANCE);
  const { paper, within } = rule;
  return metVerdict(high >= paper / within && low <= paper * within);
}

type Order = Extract<Rule, { readonly limit: number }>;

const isOrder = (rule: Rule): rule is Order => rule.kind === "below" || rule.kind === "above";

const metVerdict = (isMet: boolean): Verdict => (isMet ? "holds" : "does not hold");

function orderVerdict(isRight: boolean, isWrong: boolean): Verdict {
  if (isRight) return "holds";
  return isWrong ? "does not hold" : "tie";
}

/** The rule in words, for tables. */
export function ruleText(rule: Rule): string {
  if (rule.kind === "ratio") return `${rule.paper} within a factor of ${rule.within}`;
  return rule.kind === "exactly" ? `${rule.value}` : `${rule.kind} ${rule.limit}`;
}

/** A claim with the verdict that its rule gives. */
export function judged(claim: Omit<Claim, "verdict" | "note"> & { readonly note?: string | null }): Claim {
  const { note = null, ...rest } = claim;
  return { ...rest, verdict: claimVerdict(claim.rule, claim.measured), note };
}

/** How many claims have each verdict, such as `3 hold, 1 is a tie`; those of none are left out. */
export function verdictCounts(claims: readonly Pick<Claim, "verdict">[]): string {
  const words: Readonly<Record<Verdict, readonly [string, string]>> = {
    holds: ["holds", "hold"],
    tie: ["is a tie", "are ties"],
    "does not hold": ["does not hold", "do not hold"],
    "not run": ["was not run", "were not run"],
  };
  const parts = verdicts.flatMap((verdict) => {
    const count = claims.filter((claim) => claim.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${words[verdict][count === 1 ? 0 : 1]}`];
  });
  return parts.length === 0 ? "no claims" : parts.join(", ");
}
