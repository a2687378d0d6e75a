/**
 * Files that the user named. One that cannot be read or written is an `InputError` of one sentence.
 */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../env/model/errors.ts";
import { writeAtomically } from "../results/files/atomic.ts";
import { onDisk } from "../results/files/disk.ts";
import { removeIfEmpty } from "../results/files/folder-lock.ts";
import type { Terminal } from "./terminal/terminal.ts";

export function readBytes(path: string, what: string): Uint8Array {
  if (!existsSync(path)) throw new InputError(`${what} "${path}" does not exist.`);
  if (statSync(path).isDirectory())
    throw new InputError(`${what} "${path}" is a directory, expected a file.`);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`${what} "${path}" cannot be read: ${(error as Error).message}.`);
  }
}

export function readText(path: string, what: string): string {
  const bytes = readBytes(path, what);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${what} "${path}" is not text: its bytes are not UTF-8.`);
  }
}

/** Writes a whole file that the user named, and says so. */
export function writeOutput(path: string, text: string, terminal: Terminal): void {
  writeAtomically(path, text);
  terminal.note(`Wrote ${path}`);
}

/** Works in the folder given, else in a new one, which goes again if it stays empty. */
export async function inFolder<T>(
  given: string | undefined,
  name: string,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = given ?? newFolder("runs", name);
  try {
    return await work(path);
  } finally {
    if (given === undefined) removeIfEmpty(path);
  }
}

/** Makes the first of PARENT/NAME-1, PARENT/NAME-2, ... that is not there yet. */
function newFolder(parent: string, name: string): string {
  onDisk(parent, "written", () => mkdirSync(parent, { recursive: true }));
  for (let n = 1; ; n++) {
    const path = join(parent, `${name}-${n}`);
    if (!existsSync(path) && madeFolder(path)) return path;
  }
}

/** False where another process was quicker. */
function madeFolder(path: string): boolean {
  return onDisk(path, "written", () => {
    try {
      mkdirSync(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  });
}
