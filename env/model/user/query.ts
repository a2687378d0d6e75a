/**
 * `Query`: the options behind the question mark of a method, a scenario URI or a file address.
 *
 *     batch=64&granularity=op        two options
 *     label=a%26b                    the value "a&b": both sides are percent-decoded, once
 *
 * All values are text until a reader asks for a number, a whole number or one of some words. Every
 * mistake is one sentence that begins with `where`.
 */
import { InputError } from "../errors.ts";
import { alternatives, didYouMean } from "../suggest.ts";

/** Both ends are allowed. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Throws `InputError` for a part that is not OPTION=VALUE and for an option that is given twice.
 */
export function readQuery(where: string, text: string): Query {
  const given = new Map<string, string>();
  for (const part of text.split("&").filter(Boolean)) {
    const at = part.indexOf("=");
    if (at === -1) throw new InputError(`${where}: option "${part}" has no value, expected OPTION=VALUE.`);
    if (at === 0) throw new InputError(`${where}: option "${part}" has no name, expected OPTION=VALUE.`);
    const key = decoded(where, part.slice(0, at));
    if (given.has(key)) throw new InputError(`${where}: option "${key}" is given twice.`);
    given.set(key, decoded(where, part.slice(at + 1)));
  }
  return new Query(where, given);
}

/** The text that `readQuery` reads as these options. */
export function queryText(given: ReadonlyMap<string, string>): string {
  return [...given].map(([key, value]) => `${encoded(key, /[%&?=]/g)}=${encoded(value, /[%&?]/g)}`).join("&");
}

export class Query {
  /** What the options belong to, such as `Scenario "nmt-2/2xK80?batch=8"`. */
  readonly where: string;
  readonly given: ReadonlyMap<string, string>;

  constructor(where: string, given: ReadonlyMap<string, string>) {
    this.where = where;
    this.given = given;
  }

  /** Undefined where the option is not given; so are the three below. */
  text(key: string): string | undefined {
    return this.given.get(key);
  }

  /** Of any size where no range is given. */
  number(key: string, range?: NumberRange): number | undefined {
    const text = this.given.get(key);
    if (text === undefined) return undefined;
    const value = numberIn(text, range);
    if (value === null) throw this.unfit(key, `a number${rangeText(range)}`);
    return value;
  }

  integer(key: string, range?: NumberRange): number | undefined {
    const text = this.given.get(key);
    if (text === undefined) return undefined;
    const value = numberIn(text, range);
    if (value === null || !Number.isInteger(value))
      throw this.unfit(key, `a whole number${rangeText(range)}`);
    return value;
  }

  oneOf<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const text = this.given.get(key);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw this.unfit(key, alternatives(choices), choices);
    return choice;
  }

  /** The other options. */
  without(keys: readonly string[]): Query {
    return new Query(this.where, new Map([...this.given].filter(([key]) => !keys.includes(key))));
  }

  /** Throws for an option that is none of `known`; `dim.*` knows every name that begins `dim.`. */
  expectOnly(taker: string, known: readonly string[]): void {
    for (const key of this.given.keys()) {
      if (known.some((name) => name === key || (name.endsWith(".*") && key.startsWith(name.slice(0, -1)))))
        continue;
      const guess = didYouMean(key, known);
      const list = known.length === 0 ? "none" : known.join(", ");
      throw new InputError(
        `${this.where}: option "${key}" is not known${guess === "" ? `; ${taker} takes ${list}.` : `.${guess}`}`,
      );
    }
  }

  /** The sentence for a value that does not fit. */
  unfit(key: string, expected: string, choices: readonly string[] = []): InputError {
    const text = this.given.get(key) ?? "";
    return new InputError(
      `${this.where}: option "${key}" is "${text}", expected ${expected}.${didYouMean(text, choices)}`,
    );
  }
}

function decoded(where: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InputError(`${where}: "${text}" has a % that no two hexadecimal digits follow.`);
  }
}

const encoded = (text: string, special: RegExp): string => text.replace(special, encodeURIComponent);

function numberIn(text: string, range: NumberRange | undefined): number | null {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return null;
  return range === undefined || (value >= range.min && value <= range.max) ? value : null;
}

const rangeText = (range: NumberRange | undefined): string =>
  range === undefined ? "" : ` from ${range.min} to ${range.max}`;
