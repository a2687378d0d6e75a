/**
 * The verified substitutions: data that `npm run build:substitutions` makes
 * (agents/search/rewriting/substitutions/generate.ts).
 */
import { type Substitution, substitutionOf } from "../substitution.ts";
import { imageSubstitutions } from "./images.ts";
import { rowSubstitutions } from "./rows.ts";

export const verified: readonly Substitution[] = [...rowSubstitutions, ...imageSubstitutions].map(
  substitutionOf,
);
