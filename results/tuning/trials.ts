/**
 * The trials of a tuning: the method as it was given, then specs with drawn options. Each trial has
 * a random stream of its own, so that the first trials of a longer list are those of a shorter one.
 */
import type { Method } from "../../agents/contract.ts";
import { FINETUNE, type MethodSpec, parseOptions, parseSpec } from "../../agents/registry/spec.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Rng } from "../../env/model/rng.ts";
import { queryText } from "../../env/model/user/query.ts";
import { type Dimension, drawn } from "./search-space.ts";

/** Draws of a trial that are not new, or that the method refuses, before there are no more. */
const MOST_DRAWS = 200;

/** Specs, the given one first; fewer than asked for where there are no more. */
export function trialSpecs(
  module: Method,
  spec: string,
  dimensions: readonly Dimension[],
  { trials, rng }: { readonly trials: number; readonly rng: Rng },
): string[] {
  const parsed = parseSpec(spec);
  const defaults = JSON.stringify(parseOptions(module, parsed.given));
  const known = new Set([defaults]);
  const specs = [spec];
  for (let trial = 1; trial < trials; trial++) {
    const found = newTrial(module, parsed, { dimensions, known, rng: rng.child(`trial ${trial}`) });
    if (found === null) break;
    specs.push(found);
  }
  return specs;
}

interface Draws {
  readonly dimensions: readonly Dimension[];
  /** Options of the trials so far. */
  readonly known: Set<string>;
  readonly rng: Rng;
}

function newTrial(module: Method, parsed: MethodSpec, { dimensions, known, rng }: Draws): string | null {
  for (let i = 0; i < MOST_DRAWS; i++) {
    const own = rng.child(`draw ${i}`);
    const given = new Map(parsed.given);
    for (const dimension of dimensions)
      given.set(dimension.name, drawn(dimension, own.child(dimension.name)));
    const options = optionsIn(module, given);
    if (options === null || known.has(options)) continue;
    known.add(options);
    return specText(parsed, withoutDefaults(module, parsed.given, given));
  }
  return null;
}

/** Leaves out drawn values that the method would have without them. */
function withoutDefaults(
  module: Method,
  fixed: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const options = optionsIn(module, given);
  const left = new Map(given);
  for (const [name, value] of given) {
    if (fixed.has(name)) continue;
    left.delete(name);
    if (optionsIn(module, left) !== options) left.set(name, value);
  }
  return left;
}

/** Null where the method refuses them together. */
function optionsIn(module: Method, given: ReadonlyMap<string, string>): string | null {
  try {
    return JSON.stringify(parseOptions(module, given));
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function specText({ target, policy, finetune }: MethodSpec, given: ReadonlyMap<string, string>): string {
  const from = policy === null ? "" : `@${policy}`;
  const further = finetune === 0 ? given : new Map([[FINETUNE, String(finetune)], ...given]);
  return `${target}${from}?${queryText(further)}`;
}
