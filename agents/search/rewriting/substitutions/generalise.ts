/**
 * The most general form of a substitution: small families have few variables, so that one stands
 * for two where two would do. Occurrences of a variable become another one where both sides still
 * agree.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { type Substitution, substitutionOf } from "../../../../env/model/graph/rewriting/substitution.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import { named } from "./candidates.ts";
import { agreement } from "./instances.ts";

/** Occurrences of a variable beyond which it stays as it is. */
const MOST_OCCURRENCES = 8;
const LETTERS = ["abcd", "xyzo", "tuvw", "pqrs"];

export function generalised(text: string, rng: Rng): string {
  for (const name of new Set(variablesIn(text))) {
    const wider = withTwo(text, name, rng);
    if (wider !== null) return generalised(wider, rng);
  }
  return text;
}

const VARIABLE = /\b[a-do-z]\b/g;

const variablesIn = (text: string): readonly string[] => text.match(VARIABLE) ?? [];

/** The text with another variable in some places of this one; null where none agrees. */
function withTwo(text: string, name: string, rng: Rng): string | null {
  const used = new Set(variablesIn(text));
  const other = [...LETTERS.find((letters) => letters.includes(name))!].find((letter) => !used.has(letter));
  const count = variablesIn(text).filter((each) => each === name).length;
  if (other === undefined || count < 2 || count > MOST_OCCURRENCES) return null;
  // The first occurrence keeps its name: the rest of the choices are the same with names swapped.
  for (let choice = 1; choice < 2 ** (count - 1); choice++) {
    let at = -1;
    const wider = text.replace(VARIABLE, (each) => {
      if (each !== name) return each;
      at++;
      return at > 0 && (choice >> (at - 1)) & 1 ? other : name;
    });
    if (holds(wider, rng)) return named(wider);
  }
  return null;
}

/** Do both sides agree, and does the target need no variable that the source lacks? */
function holds(text: string, rng: Rng): boolean {
  const [source, target] = text.split("=>").map((side) => new Set(variablesIn(side)));
  if (![...target].every((name) => source.has(name))) return false;
  const substitution = typed(text);
  return substitution !== null && agreement(substitution, 3, rng) === 3;
}

/** Null where no sizes suit both sides; joins that are bracketed in another way are such a case. */
export function typed(text: string): Substitution | null {
  try {
    return substitutionOf(text);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
