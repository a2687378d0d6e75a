/**
 * The sentences of importers. Errors name the file, and a JSON value that a schema refuses becomes
 * one sentence. Reports write counts as `1 op` or `1,251 ops`.
 */
import type { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { sentenceOf } from "../../env/model/file.ts";

/** Runs `make`. Its `InputError`s get the file's name in front, unless they already name a file. */
export function inFile<T>(name: string, make: () => T, what = SCENARIO_FILE): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const said = readable(error.message);
    throw new InputError(said.startsWith(`${what} "`) ? said : `${fileNamed(name, what)}: ${said}`);
  }
}

/** A sentence can quote names from the file, which a hostile file makes long or unprintable. */
function readable(sentence: string): string {
  const line = sentence.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  return line.length <= LONGEST_SENTENCE
    ? line
    : `${line.slice(0, LONGEST_SENTENCE - KEPT_END)} ... ${line.slice(-KEPT_END)}`;
}

const LONGEST_SENTENCE = 500;
const KEPT_END = 120;

const SCENARIO_FILE = "Scenario file";

/** How errors name a file. */
export const fileNamed = (name: string, what = SCENARIO_FILE): string => `${what} "${name}"`;

export function parseWith<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new InputError(sentenceOf(parsed.error));
  return parsed.data;
}

/** `1 op`, `1,251 ops`. */
export function count(number: number, noun: string): string {
  const digits = String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${digits} ${noun}${number === 1 ? "" : "s"}`;
}
