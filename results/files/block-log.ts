/**
 * A log of one JSON value a line in compressed blocks. Each block is a gzip member of its own, so
 * any reader of gzip reads the file through. Memory stays at one block, however long the log. A
 * kill can tear only the last block. What was there before is replaced.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { type Disk, onDisk, realDisk, writeAll } from "./disk.ts";

/** Characters of a block before compression. */
const BLOCK = 1 << 18;

export interface BlockLog {
  readonly path: string;
  readonly lines: number;
  /** On disk so far. */
  readonly bytes: number;
  append(value: unknown): void;
  /** Writes what is left and forces all to disk. */
  close(): void;
}

export function createBlockLog(path: string, disk: Disk = realDisk): BlockLog {
  const file = onDisk(path, "written", () => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "w");
  });
  let waiting: string[] = [];
  let [lines, bytes, characters] = [0, 0, 0];
  const flush = () => {
    if (waiting.length === 0) return;
    const block = gzipSync(waiting.join(""));
    onDisk(path, "written", () => wholly(file, bytes, () => writeAll(disk, file, block)));
    bytes += block.length;
    waiting = [];
    characters = 0;
  };
  return {
    path,
    get lines() {
      return lines;
    },
    get bytes() {
      return bytes;
    },
    append(value) {
      const line = `${JSON.stringify(value)}\n`;
      waiting.push(line);
      lines++;
      characters += line.length;
      if (characters >= BLOCK) flush();
    },
    close() {
      try {
        flush();
        onDisk(path, "written", () => disk.sync(file));
      } finally {
        closeSync(file);
      }
    },
  };
}

/** A block that did not reach the disk whole leaves nothing behind. */
function wholly(file: number, length: number, write: () => void): void {
  try {
    write();
  } catch (error) {
    ftruncateSync(file, length);
    throw error;
  }
}
