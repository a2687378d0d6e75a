import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLog, readLog } from "../../results/files/append-log.ts";
import { writeAtomically } from "../../results/files/atomic.ts";
import { compiledFile } from "../compiled.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("atomic files", () => {
  test("replace the old text and leave nothing beside it", () => {
    const path = join(folder, "deep", "report.json");
    writeAtomically(path, "old");
    writeAtomically(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test("a half-written neighbour from a kill does no harm", () => {
    const path = join(folder, "report.json");
    writeAtomically(path, "old");
    writeFileSync(`${path}.part`, "half of someth");
    expect(readFileSync(path, "utf8")).toBe("old");
    writeAtomically(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("a writer killed at any moment leaves one whole text", async () => {
    const path = join(folder, "big.json");
    const whole = (letter: string) => letter.repeat(4_000_000);
    writeAtomically(path, whole("a"));
    const module = await compiledFile("results/files/atomic.ts");
    const script = `
      import { writeSync } from "node:fs";
      import { writeAtomically } from ${JSON.stringify(module)};
      for (let i = 0; ; i++) {
        writeSync(1, "next\\n");
        writeAtomically(${JSON.stringify(path)}, (i % 2 ? "a" : "b").repeat(4_000_000));
      }`;
    const writer = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const died = new Promise((resolve) => writer.on("exit", resolve));
    let said = "";
    await new Promise<void>((resolve) => {
      writer.stdout.setEncoding("utf8").on("data", (text) => {
        said += text;
        if (said.split("next").length > 5) resolve();
      });
    });
    writer.kill("SIGKILL");
    await died;
    expect([whole("a"), whole("b")].includes(readFileSync(path, "utf8"))).toBe(true);
  });
});

describe("append-only logs", () => {
  test("keep every line over several openings", () => {
    const path = join(folder, "metrics.jsonl");
    for (const update of [1, 2, 3]) {
      const log = openLog(path);
      log.append({ update });
      log.close();
    }
    expect(readLog(path)).toEqual([{ update: 1 }, { update: 2 }, { update: 3 }]);
  });

  test("a torn last line is not read, and the next line takes its place", () => {
    const path = join(folder, "metrics.jsonl");
    writeFileSync(path, '{"update":1}\n{"update":2,"loss":0.');
    expect(readLog(path)).toEqual([{ update: 1 }]);
    const log = openLog(path);
    log.append({ update: 2 });
    log.close();
    expect(readFileSync(path, "utf8")).toBe('{"update":1}\n{"update":2}\n');
  });

  test("can be cut back to a length they once had, never to a longer one", () => {
    const path = join(folder, "metrics.jsonl");
    const log = openLog(path);
    log.append({ update: 1 });
    const checkpoint = log.lengthBytes;
    log.append({ update: 2 });
    expect(() => log.cutTo(10_000)).toThrow(/cut from outside/);
    log.cutTo(checkpoint);
    log.append({ update: "2 again" });
    log.close();
    expect(readLog(path)).toEqual([{ update: 1 }, { update: "2 again" }]);
  });

  test("a broken line in the middle is an error that names it", () => {
    const path = join(folder, "metrics.jsonl");
    writeFileSync(path, '{"update":1}\nnonsense\n{"update":3}\n');
    expect(() => readLog(path)).toThrow(/line 2.*nonsense/);
  });

  test("no file reads as no lines, and lengths count bytes, not characters", () => {
    expect(readLog(join(folder, "none.jsonl"))).toEqual([]);
    const log = openLog(join(folder, "wide.jsonl"));
    log.append("ü");
    log.close();
    expect(log.lengthBytes).toBe(5);
  });
});
