/** Reads a wrapper's own part of a saved state, or throws one sentence. */
import type { z } from "zod";
import { InputError } from "../model/errors.ts";

export function parseOwn<T>(wrapperName: string, schema: z.ZodType<T>, own: unknown): T {
  const parsed = schema.safeParse(own);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new InputError(
    `The saved state of ${wrapperName} is damaged at "own.${path.join(".")}": ${message}.`,
  );
}
