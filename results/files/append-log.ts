/**
 * Append-only logs of one JSON value per line. A kill can tear only the last line. Reading
 * therefore leaves out a last line without a line feed, and opening for append drops it. A broken
 * line anywhere else is an error, because nothing here can cause it.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import { type Disk, onDisk, realDisk, writeAll } from "./disk.ts";

export interface AppendLog {
  readonly path: string;
  /** Bytes of whole lines so far; a checkpoint records it, so that a resumed run can `cutTo` it. */
  readonly lengthBytes: number;
  /** A value that did not reach the disk whole leaves nothing behind. */
  append(value: unknown): void;
  /** SHA-256 in hex of all that was written so far. */
  sha256(): string;
  /**
   * Drops all bytes past a length that `lengthBytes` once had: the lines after the checkpoint that
   * a run resumes from.
   */
  cutTo(lengthBytes: number): void;
  /** Forces what was appended to disk. */
  sync(): void;
  close(): void;
}

export function openLog(path: string, disk: Disk = realDisk): AppendLog {
  const { file, whole } = onDisk(path, "written", () => {
    mkdirSync(dirname(path), { recursive: true });
    const whole = existsSync(path) ? wholeLinesOf(readFileSync(path)) : new Uint8Array();
    const file = openSync(path, "a");
    ftruncateSync(file, whole.length);
    return { file, whole };
  });
  let lengthBytes = whole.length;
  let digest = createHash("sha256").update(whole);
  return {
    path,
    get lengthBytes() {
      return lengthBytes;
    },
    append(value) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`, "utf8");
      onDisk(path, "written", () => wholly(file, lengthBytes, () => writeAll(disk, file, bytes)));
      lengthBytes += bytes.length;
      digest.update(bytes);
    },
    sha256: () => digest.copy().digest("hex"),
    cutTo(length) {
      if (length === lengthBytes) return;
      refuseShort(path, lengthBytes, length);
      ftruncateSync(file, length);
      lengthBytes = length;
      digest = createHash("sha256").update(readFileSync(path));
    },
    sync: () => onDisk(path, "written", () => disk.sync(file)),
    close: () => closeSync(file),
  };
}

/** Cuts a log back to its length where a write to it fails. */
function wholly(file: number, lengthBytes: number, write: () => void): void {
  try {
    write();
  } catch (error) {
    ftruncateSync(file, lengthBytes);
    throw error;
  }
}

function refuseShort(path: string, lengthBytes: number, wantedBytes: number): void {
  if (wantedBytes > lengthBytes)
    throw new InputError(
      `Log "${path}" has ${lengthBytes} bytes, but its checkpoint was made at ${wantedBytes}; ` +
        "the log was cut from outside.",
    );
}

/**
 * Throws `InputError` unless the first bytes of a log are those that a checkpoint was made at.
 * Nothing is changed.
 */
export function checkLog(path: string, lengthBytes: number, sha256: string | null): void {
  const bytes = onDisk(path, "read", () => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0)));
  refuseShort(path, wholeLinesOf(bytes).length, lengthBytes);
  const found = createHash("sha256").update(bytes.subarray(0, lengthBytes)).digest("hex");
  if (sha256 !== null && found !== sha256)
    throw new InputError(`Log "${path}" has been changed since its checkpoint was made.`);
}

/** All whole lines, parsed; an empty list where there is no file. */
export function readLog(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const bytes = onDisk(path, "read", () =>
    statSync(path).size === 0 ? Buffer.alloc(0) : readFileSync(path),
  );
  const lines = wholeLinesOf(bytes).toString("utf8").split("\n").slice(0, -1);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line);
    } catch {
      throw new InputError(
        `Log "${path}", line ${index + 1}: expected one JSON value, found "${line.slice(0, 40)}".`,
      );
    }
  });
}

const wholeLinesOf = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
