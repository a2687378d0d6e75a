/**
 * Writes a whole file or nothing. The content goes to a file with the suffix `.part`, is forced to
 * disk, and gets its name in one rename. A `.part` left by a kill is overwritten by the next write;
 * one that a full disk cut short is removed.
 * Pre: one writer per file.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Disk, onDisk, realDisk, writeAll } from "./disk.ts";

export function writeAtomically(path: string, content: string | Uint8Array, disk: Disk = realDisk): void {
  onDisk(path, "written", () => {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true });
    const part = `${path}.part`;
    try {
      writePart(part, content, disk);
      renameSync(part, path);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
    syncFolder(folder);
  });
}

function writePart(part: string, content: string | Uint8Array, disk: Disk): void {
  const file = openSync(part, "w");
  try {
    writeAll(disk, file, typeof content === "string" ? Buffer.from(content, "utf8") : content);
    disk.sync(file);
  } finally {
    closeSync(file);
  }
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
