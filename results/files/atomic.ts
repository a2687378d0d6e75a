/**
 * Writes a whole file or nothing. The text goes to a file with the suffix `.part`, is forced to
 * disk, and gets its name in one rename. A `.part` left by a kill is overwritten by the next write.
 * Pre: one writer per file.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export function writeAtomically(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const part = `${path}.part`;
  const file = openSync(part, "w");
  try {
    const bytes = Buffer.from(text, "utf8");
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  syncFolder(folder);
}

/**
 * A rename is durable only when its folder is on disk. Windows cannot open a folder, but keeps the
 * order of renames.
 */
function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, "r");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EISDIR" || code === "EPERM" || code === "EACCES") return;
    throw error;
  }
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
