/** Reads the fields of a request. What is missing or of another kind is one sentence. */
import { shown } from "../../../../../env/envs/options.ts";
import { InputError } from "../../../../../env/model/errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function textIn(fields: Fields, name: string): string {
  const text = fields[name];
  if (typeof text === "string" && text.length <= LONGEST_TEXT) return text;
  throw unfit(fields, name, `a text of at most ${LONGEST_TEXT} characters`);
}

/** Undefined where it is missing or null. */
export function optionalTextIn(fields: Fields, name: string): string | undefined {
  return isMissing(fields, name) ? undefined : textIn(fields, name);
}

export function integerIn(fields: Fields, name: string, least: number, most: number): number {
  const value = fields[name];
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw unfit(fields, name, `a whole number from ${least} to ${most}`);
}

export const optionalIntegerIn = (fields: Fields, name: string, least: number, most: number) =>
  isMissing(fields, name) ? undefined : integerIn(fields, name, least, most);

/** An empty object where it is missing or null. */
export function objectIn(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (isMissing(fields, name)) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Fields;
  throw unfit(fields, name, "an object");
}

/** Undefined where it is missing or null. */
export function optionalListIn(fields: Fields, name: string): readonly unknown[] | undefined {
  const value = fields[name];
  if (isMissing(fields, name)) return undefined;
  if (Array.isArray(value)) return value;
  throw unfit(fields, name, "a list");
}

export function oneOfIn<T extends string>(fields: Fields, name: string, choices: readonly T[], usual: T): T {
  if (isMissing(fields, name)) return usual;
  const choice = choices.find((known) => known === fields[name]);
  if (choice !== undefined) return choice;
  throw unfit(fields, name, choices.join(", "));
}

const LONGEST_TEXT = 1000;
const LONGEST_SHOWN = 80;

const isMissing = (fields: Fields, name: string): boolean =>
  fields[name] === undefined || fields[name] === null;

function unfit(fields: Fields, name: string, expected: string): InputError {
  const given = shown(fields[name]);
  const short = given.length > LONGEST_SHOWN ? `${given.slice(0, LONGEST_SHOWN)}...` : given;
  return new InputError(`The field ${name} of "${String(fields.call)}" is ${short}, expected ${expected}.`);
}
