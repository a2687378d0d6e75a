/**
 * Values with a seal: the SHA-256 of their own JSON in a field `sha256`. A file or a line that was
 * torn, edited or mixed up thereby shows, whatever the change was. White space does not count.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { sentenceOf } from "../../env/model/file.ts";
import { onDisk } from "./disk.ts";

export function sealed<T extends object>(value: T): T & { readonly sha256: string } {
  return { ...value, sha256: sealOf(value) };
}

/** The value without its seal. Throws `InputError` where it has none or another one. */
export function unsealed(stored: unknown, where: string): Readonly<Record<string, unknown>> {
  const { sha256, ...value } = objectIn(stored, where);
  if (sha256 === undefined) throw new InputError(`${where} has no sha256; it was damaged or edited.`);
  if (sha256 !== sealOf(value))
    throw new InputError(
      `${where} was damaged or edited after it was written: its content does not fit its sha256.`,
    );
  return value;
}

/** A value that is an object. */
export function objectIn(stored: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof stored !== "object" || stored === null || Array.isArray(stored))
    throw new InputError(`${where} holds ${kindOf(stored)}, expected an object.`);
  return stored as Record<string, unknown>;
}

/** The value, of the type that the schema describes. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InputError(`${where}: ${sentenceOf(parsed.error)}`);
  return parsed.data;
}

/** A parsed JSON file, undefined where there is none. */
export function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined;
  const text = onDisk(path, "read", () => readFileSync(path, "utf8"));
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll("\n", " ").replace(/\.$/, "");
    throw new InputError(`"${path}" is not readable JSON: ${reason}.`);
  }
}

const sealOf = (value: object): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
