/** What every importer shares: an error names the file, and a JSON value that a schema refuses becomes one sentence. */
import type { z } from "zod";
import { InputError, sentenceOf } from "../../env/index.ts";

/** Runs `make`; its `InputError`s get the file's name in front, unless they name a file already. */
export function inFile<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError) || error.message.startsWith(PREFIX)) throw error;
    throw new InputError(`${PREFIX}${name}": ${error.message}`);
  }
}

const PREFIX = 'Scenario file "';

export function parseWith<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new InputError(sentenceOf(parsed.error));
  return parsed.data;
}
