/**
 * Options of importers as values: all come as text, and a value that does not fit is one sentence.
 */
import { InputError } from "../../env/model/errors.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import type { ImportOptions } from "./contract.ts";

/** One of the choices; the first where the option is not set. */
export function choiceOption<T extends string>(
  options: ImportOptions,
  name: string,
  choices: readonly T[],
): T {
  const given = options.get(name) ?? choices[0];
  const choice = choices.find((candidate) => candidate === given);
  if (choice !== undefined) return choice;
  throw new InputError(
    `option ${name} is "${given}", expected ${choices.join(" or ")}.${didYouMean(given, choices)}`,
  );
}

export interface NumberRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export function numberOption(options: ImportOptions, name: string, range: NumberRange): number {
  const text = options.get(name);
  if (text === undefined) return range.default;
  const value = Number(text);
  if (text.trim() !== "" && value >= range.min && value <= range.max) return value;
  throw new InputError(`option ${name} is "${text}", expected a number from ${range.min} to ${range.max}.`);
}

export function wholeOption(options: ImportOptions, name: string, range: NumberRange): number {
  const value = numberOption(options, name, range);
  if (Number.isInteger(value)) return value;
  throw new InputError(`option ${name} is "${value}", expected a whole number.`);
}
