/**
 * Reading the user's files: what cannot be read is one sentence.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { InputError } from "../env/model/errors.ts";

export function readText(path: string, what: string): string {
  if (!existsSync(path)) throw new InputError(`${what} "${path}" does not exist.`);
  if (statSync(path).isDirectory())
    throw new InputError(`${what} "${path}" is a directory, expected a file.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError)
      throw new InputError(`${what} "${path}" is not text: its bytes are not UTF-8.`);
    throw new InputError(`${what} "${path}" cannot be read: ${(error as Error).message}.`);
  }
}

/** True where a scenario argument means a file rather than a URI. */
export function looksLikeFile(argument: string): boolean {
  return argument.endsWith(".json") || argument.startsWith(".") || argument.startsWith("/");
}
