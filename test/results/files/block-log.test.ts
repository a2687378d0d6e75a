import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { createBlockLog } from "../../../results/files/block-log.ts";
import { realDisk } from "../../../results/files/disk.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-blocks-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Some blocks of lines that do not compress to nothing. */
const values = Array.from({ length: 3_000 }, (_, i) => ({ i, text: `${(i * 7919) % 104_729} `.repeat(40) }));
const written = (name: string, of: readonly unknown[] = values) => {
  const log = createBlockLog(join(folder, name));
  for (const value of of) log.append(value);
  log.close();
  return log;
};
const linesOf = (path: string) => gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");

describe("a log in blocks", () => {
  test("holds every line in order, in several blocks, and tells its size", () => {
    const { path, lines, bytes } = written("whole");
    expect(linesOf(path).map((line) => JSON.parse(line))).toEqual(values);
    expect(lines).toBe(values.length);
    expect(bytes).toBe(statSync(path).size);
    const magic = readFileSync(path).toString("latin1").split("\x1f\x8b\x08").length - 1;
    expect(magic).toBeGreaterThan(2);
  });

  test("reaches the disk block by block, before it is closed", () => {
    const log = createBlockLog(join(folder, "open"));
    for (const value of values) log.append(value);
    expect(log.bytes).toBeGreaterThan(0);
    expect(statSync(log.path).size).toBe(log.bytes);
    log.close();
  });

  test("replaces what was there, with the same bytes for the same lines", () => {
    const first = readFileSync(written("again").path);
    expect(readFileSync(written("again").path)).toEqual(first);
    expect(linesOf(written("again", [1]).path)).toEqual(["1"]);
  });

  test("that a kill tore loses the last block alone", () => {
    const { path, bytes } = written("torn");
    truncateSync(path, bytes - 10);
    expect(() => gunzipSync(readFileSync(path))).toThrow();
  });

  test("leaves no half block where the disk is full", () => {
    let room = 100;
    const log = createBlockLog(join(folder, "full"), {
      ...realDisk,
      write(file, bytes, offset) {
        if (room === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
        const count = realDisk.write(file, bytes.subarray(offset, offset + room), 0);
        room -= count;
        return count;
      },
    });
    expect(() => log.append(values)).toThrow("the disk is full");
    expect(statSync(log.path).size).toBe(0);
  });
});
