/**
 * Writing to disk, and what a disk that refuses says. A full disk, a missing right or a file in
 * place of a folder is a mistake in the user's surroundings. It is an `InputError` of one sentence
 * that names the path, never a fault of the method that happened to run.
 */
import { fsyncSync, readFileSync, writeSync } from "node:fs";
import { InputError } from "../../env/model/errors.ts";

/** The calls that a full disk fails. Tests put a disk of their own in its place. */
export interface Disk {
  /** Writes some of the bytes from `offset` on, and answers how many. */
  write(file: number, bytes: Uint8Array, offset: number): number;
  sync(file: number): void;
}

export const realDisk: Disk = {
  write: (file, bytes, offset) => writeSync(file, bytes, offset),
  sync: fsyncSync,
};

export function writeAll(disk: Disk, file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += disk.write(file, bytes, written);
}

/** Does `work` on the file or folder at `path`; what the disk refuses becomes one sentence. */
export function onDisk<T>(path: string, verb: "written" | "read", work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof InputError || code === undefined) throw error;
    throw new InputError(
      `"${path}" cannot be ${verb}: ${REASONS[code] ?? "the system refused it"} (${code}).`,
    );
  }
}

/** The text of a file, null where there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a file is in place of a folder",
  EFBIG: "the file would be larger than the limit",
  EISDIR: "it is a folder",
  EMFILE: "too many files are open",
  ENOENT: "a folder of its path is missing",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is a file, not a folder",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
};
