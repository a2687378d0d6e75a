/** Checks of the names of options and reset options, and what the rewards of an episode sum to. */
import { InputError } from "../model/errors.ts";
import { didYouMean } from "../model/suggest.ts";
import { negativeCost, type Utility } from "../parts/utility.ts";

/**
 * What the rewards of an episode sum to, for `metadata.returns`:
 * - `score`: minus the final cost;
 * - `improvement`: the first cost minus the final one;
 * - `other`: nothing that costs alone could tell, under a utility of another shape.
 */
export type Returns = "score" | "improvement" | "other";

export const returnsUnder = (utility: Utility, telescoping: "score" | "improvement"): Returns =>
  utility === negativeCost ? telescoping : "other";

/** Throws a sentence on an option that the env does not know. */
export function checkOptions(id: string, options: object, known: readonly string[]): void {
  checkNames(`${id} does not know the option`, options, known);
}

/** Throws a sentence on a reset option that the env does not know. */
export function checkResetOptions(id: string, options: object, known: readonly string[] = []): void {
  checkNames(`${id} does not know the reset option`, options, known);
}

function checkNames(complaint: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const expected = known.length === 0 ? "it takes none" : `expected ${known.join(", ")}`;
  throw new InputError(`${complaint} "${unknown}"; ${expected}.${didYouMean(unknown, known)}`);
}
