import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { openLog, readLog } from "../../../results/files/append-log.ts";
import { writeAtomically } from "../../../results/files/atomic.ts";
import { type Disk, realDisk } from "../../../results/files/disk.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A disk with room for so many bytes more. */
function almostFull(bytesLeft: number): Disk {
  let left = bytesLeft;
  return {
    ...realDisk,
    write(file, bytes, offset) {
      if (left === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      const written = realDisk.write(file, bytes.subarray(0, Math.min(bytes.length, offset + left)), offset);
      left -= written;
      return written;
    },
  };
}

describe("a full disk", () => {
  test("is one sentence that names the file, and leaves the old text and no half of the new one", () => {
    const path = join(folder, "run.json");
    writeAtomically(path, "old");
    for (const room of [0, 1, 5])
      expect(() => writeAtomically(path, "newer text", almostFull(room))).toThrow(
        new InputError(`"${path}" cannot be written: the disk is full (ENOSPC).`),
      );
    expect(readdirSync(folder)).toEqual(["run.json"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  test("leaves whole lines in a log, whose digest and length are those of the file", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (first, second) => {
        const path = join(folder, "metrics.jsonl");
        rmSync(path, { force: true });
        for (const room of [first, second]) {
          const log = openLog(path, almostFull(room));
          try {
            for (const update of [1, 2, 3]) log.append({ update });
          } catch (error) {
            expect((error as Error).message).toBe(`"${path}" cannot be written: the disk is full (ENOSPC).`);
          }
          expect(readFileSync(path, "utf8")).toMatch(/^(\{"update":\d\}\n)*$/);
          expect(readFileSync(path).length).toBe(log.lengthBytes);
          const { lengthBytes, sha256 } = log;
          log.close();
          const again = openLog(path);
          expect([again.lengthBytes, again.sha256()]).toEqual([lengthBytes, sha256()]);
          again.close();
        }
        expect(readLog(path).length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ["EACCES", "permission is denied"],
    ["EROFS", "the file system is read-only"],
    ["EDQUOT", "the disk quota is used up"],
    ["EIO", "the system refused it"],
  ])("and a disk that answers %s are told apart", (code, reason) => {
    const sync = () => {
      throw Object.assign(new Error("no"), { code });
    };
    const path = join(folder, "run.json");
    expect(() => writeAtomically(path, "text", { ...realDisk, sync })).toThrow(
      new InputError(`"${path}" cannot be written: ${reason} (${code}).`),
    );
    expect(existsSync(path)).toBe(false);
  });

  test("is not blamed for a fault of ours", () => {
    const write = () => {
      throw new TypeError("x is not a function");
    };
    expect(() => writeAtomically(join(folder, "a"), "text", { ...realDisk, write })).toThrow(TypeError);
  });

  test("is told of a folder in place of a file", () => {
    mkdtempSync(join(folder, "x"));
    writeFileSync(join(folder, "file"), "");
    expect(() => writeAtomically(join(folder, "file", "below"), "text")).toThrow(InputError);
    expect(() => openLog(folder)).toThrow(/cannot be written: it is a folder|cannot be read/);
  });
});
