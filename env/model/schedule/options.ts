/** Reads the options of a schedule. Each mistake is one sentence that names the schedule. */
import { InputError } from "../errors.ts";
import { alternatives, notKnown } from "../suggest.ts";

export type GivenOptions = Readonly<Record<string, unknown>>;

/** Throws on an option that the schedule does not know. */
export function checkOptionNames(schedule: string, given: GivenOptions, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  if (known.length === 0)
    throw new InputError(`Schedule "${schedule}" has no options, but "${unknown}" is given.`);
  throw new InputError(notKnown(`Option of schedule "${schedule}"`, unknown, known));
}

/** A whole number of at least 1, or the default where the option is absent. */
export function countOption<Default>(
  schedule: string,
  given: GivenOptions,
  name: string,
  otherwise: Default,
): number | Default {
  const value = given[name];
  if (value === undefined) return otherwise;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  const shown = JSON.stringify(value);
  throw new InputError(
    `Option "${name}" of schedule "${schedule}" is ${shown}, expected a whole number of at least 1.`,
  );
}

/** One of some words; the first is the default. */
export function wordOption<Word extends string>(
  schedule: string,
  given: GivenOptions,
  name: string,
  words: readonly Word[],
): Word {
  const value = given[name];
  if (value === undefined) return words[0];
  const word = words.find((known) => known === value);
  if (word !== undefined) return word;
  const shown = JSON.stringify(value);
  throw new InputError(
    `Option "${name}" of schedule "${schedule}" is ${shown}, expected ${alternatives(words)}.`,
  );
}

/** For schedules without options. */
export const noOptions =
  (schedule: string) =>
  (given: GivenOptions): null => {
    checkOptionNames(schedule, given, []);
    return null;
  };
