/** Checks of options and of what reset is given, and what the rewards of an episode sum to. */
import type { ResetOptions } from "../contract.ts";
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

/**
 * Throws a sentence on what is no `ResetOptions`, such as a bare seed. Every env and vector env
 * checks what `reset` is given, so that no seed is lost in silence.
 */
export function checkReset(id: string, given: unknown): asserts given is ResetOptions | undefined {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new InputError(`${id}: reset was given ${shown(given)}, expected { seed, options } or nothing.`);
  checkNames(`${id}: reset does not know`, given, ["seed", "options"]);
  const { seed, options } = given as Record<string, unknown>;
  const isSeed = seed === undefined || typeof seed === "string" || Number.isFinite(seed);
  if (!isSeed) throw new InputError(`${id}: the seed is ${shown(seed)}, expected a finite number or a text.`);
  if (options !== undefined && (typeof options !== "object" || options === null || Array.isArray(options)))
    throw new InputError(`${id}: the reset options are ${shown(options)}, expected an object.`);
}

/** Any value in a sentence; JSON knows neither big integers nor functions. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name} [${Array.from(value as Int32Array).join(", ")}]`;
  if (typeof value === "number" || value === undefined) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "an object";
  }
}

function checkNames(complaint: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const expected = known.length === 0 ? "it takes none" : `expected ${known.join(", ")}`;
  throw new InputError(`${complaint} "${unknown}"; ${expected}.${didYouMean(unknown, known)}`);
}
