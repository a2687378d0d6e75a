/**
 * Append-only logs of one JSON value per line. A kill can tear only the last line. Reading
 * therefore leaves out a last line without a line feed, and opening for append drops it. A broken
 * line anywhere else is an error, because nothing here can cause it.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../../env/model/errors.ts";

export interface AppendLog {
  readonly path: string;
  /** Bytes of whole lines so far; a checkpoint records it, so that a resumed run can `cutTo` it. */
  readonly lengthBytes: number;
  append(value: unknown): void;
  /**
   * Drops all bytes past a length that `lengthBytes` once had: the lines after the checkpoint that
   * a run resumes from.
   */
  cutTo(lengthBytes: number): void;
  /** Forces what was appended to disk. */
  sync(): void;
  close(): void;
}

export function openLog(path: string): AppendLog {
  mkdirSync(dirname(path), { recursive: true });
  let lengthBytes = existsSync(path) ? wholeLines(readFileSync(path)) : 0;
  const file = openSync(path, "a");
  ftruncateSync(file, lengthBytes);
  return {
    path,
    get lengthBytes() {
      return lengthBytes;
    },
    append(value) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`, "utf8");
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      lengthBytes += bytes.length;
    },
    cutTo(length) {
      if (length > lengthBytes)
        throw new InputError(
          `Log "${path}" has ${lengthBytes} bytes, but its checkpoint was made at ${length}; ` +
            "the log was cut from outside.",
        );
      ftruncateSync(file, length);
      lengthBytes = length;
    },
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

/** All whole lines, parsed; an empty list where there is no file. */
export function readLog(path: string): unknown[] {
  if (!existsSync(path) || statSync(path).size === 0) return [];
  const bytes = readFileSync(path);
  const lines = bytes.subarray(0, wholeLines(bytes)).toString("utf8").split("\n").slice(0, -1);
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

const wholeLines = (bytes: Buffer): number => bytes.lastIndexOf(0x0a) + 1;
