/**
 * Files that the user named. One that cannot be read or written is an `InputError` of one sentence.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../env/model/errors.ts";
import { writeAtomically } from "../results/files/atomic.ts";
import type { Terminal } from "./terminal/terminal.ts";

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

/** Writes a whole file that the user named, and says so. */
export function writeOutput(path: string, text: string, terminal: Terminal): void {
  try {
    writeAtomically(path, text);
  } catch (error) {
    throw new InputError(`File "${path}" cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  terminal.note(`Wrote ${path}`);
}

/** The first of PARENT/NAME-1, PARENT/NAME-2, ... that is not there yet. */
export function newFolder(parent: string, name: string): string {
  for (let n = 1; ; n++) {
    const path = join(parent, `${name}-${n}`);
    if (!existsSync(path)) return path;
  }
}
