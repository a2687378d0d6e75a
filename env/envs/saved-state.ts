/** Reads a part of a saved state that comes from outside, or throws one sentence. */
import type { z } from "zod";
import { InputError } from "../model/errors.ts";

/** `within` is the path of the part in the whole state of `owner`, such as `own`. */
export function parseSaved<T>(owner: string, schema: z.ZodType<T>, saved: unknown, within?: string): T {
  const parsed = schema.safeParse(saved);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  const place = within === undefined ? path : [within, ...path];
  throw new InputError(`The saved state of ${owner} is damaged at "${place.join(".")}": ${message}.`);
}
