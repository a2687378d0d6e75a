/**
 * Generates substitutions and verifies them: each agrees on whole numbers on 100 random shapes, and
 * follows from the properties of the operators. Source: Jia et al. (TASO), SOSP 2019, section 3.
 */

import type { Substitution } from "../../../../env/model/graph/rewriting/substitution.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import { candidatesOf } from "./candidates.ts";
import { isDerived } from "./derivations.ts";
import { families } from "./families.ts";
import { generalised, typed } from "./generalise.ts";
import { agreement } from "./instances.ts";
import { isProven } from "./proof.ts";

/** Shapes that a substitution has to agree on. */
export const SHAPES = 100;

export interface Generated {
  readonly substitutions: readonly Substitution[];
  /** What was tried, and why it was dropped. */
  readonly counts: {
    readonly graphs: number;
    readonly pairs: number;
    readonly candidates: number;
    readonly withoutShapes: number;
    readonly derived: number;
    readonly unequal: number;
    readonly unproven: number;
  };
}

/** All substitutions between graphs of at most `operators` operators. */
export function generate(operators: number, rng: Rng, onKept: (text: string) => void = () => {}): Generated {
  const found = families.map((family, i) => candidatesOf(family, operators, rng.child(`family ${i}`)));
  const texts = [...new Set(found.flatMap((each) => each.texts))].sort(bySize);
  const kept: Substitution[] = [];
  const dropped = { withoutShapes: 0, derived: 0, unequal: 0, unproven: 0 };
  const seen = new Set<string>();
  const consider = (text: string): void => {
    if (seen.has(text)) return;
    seen.add(text);
    const substitution = typed(text);
    const own = rng.child(text);
    const reason = substitution === null ? "withoutShapes" : reasonAgainst(substitution, kept, own);
    if (reason !== null) {
      dropped[reason]++;
      return;
    }
    kept.push(substitution!);
    onKept(text);
  };
  // Two results that share no variable would be two substitutions at once.
  for (const text of texts)
    consider(text.includes(";") ? text : generalised(text, rng.child(`general ${text}`)));
  const sum = (of: "graphs" | "pairs") => found.reduce((total, each) => total + each[of], 0);
  const counts = { graphs: sum("graphs"), pairs: sum("pairs"), candidates: texts.length, ...dropped };
  return { substitutions: kept, counts };
}

const bySize = (a: string, b: string): number =>
  operatorCount(a) - operatorCount(b) || a.length - b.length || (a < b ? -1 : 1);

const operatorCount = (text: string): number => text.split("(").length;

function reasonAgainst(substitution: Substitution, kept: readonly Substitution[], rng: Rng) {
  if (agreement(substitution, 3, rng) !== 3) return "unequal";
  if (isDerived(substitution, kept, rng)) return "derived";
  if (agreement(substitution, SHAPES, rng) !== SHAPES) return "unequal";
  return isProven(substitution, rng) ? null : "unproven";
}
