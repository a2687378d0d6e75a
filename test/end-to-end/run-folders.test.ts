/**
 * Run folders under processes that are killed, interrupted, doubled or without room: what only real
 * processes show. Each test waits for what a process says and for its end. Its pipes close when the
 * last process that shares them has ended, so a child that lives on would hang the test.
 *
 * A process costs seconds to start. Commands that come after it, and that nothing happens to, run
 * in the process of the tests.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pgym } from "../cli/recorded-terminal.ts";
import { compiledFile } from "../compiled.ts";
import { ANNOUNCEMENT } from "./announced.ts";

const program = fileURLToPath(new URL("../../cli/bin.js", import.meta.url));
const stuckFile = await compiledFile("test/end-to-end/stuck.ts");

let folder = "";
let gate = "";
let stuck = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
  gate = join(folder, "gate");
  writeFileSync(gate, "");
  stuck = `${stuckFile}?gate=${gate}`;
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** When stderr has said something. */
  said(text: string): Promise<void>;
  /** When the process and all that share its pipes have ended. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

function start(
  args: readonly string[],
  [file, ...before]: readonly string[] = [process.execPath, program],
): Started {
  const child = spawn(file, [...before, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let stdout = "";
  let stderr = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    for (const one of waiting) if (stderr.includes(one.text)) one.resolve();
  });
  const ended = new Promise<Awaited<Started["ended"]>>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      waiting.push({ text, resolve });
      if (stderr.includes(text)) resolve();
    });
  return { child, said, ended };
}

const comparing = (methods: string, ...more: string[]) => [
  ...["compare", "--scenarios", "toy/pipeline", "--methods", methods, "--jobs", "1"],
  ...more,
];
const compare = (methods: string, ...more: string[]) => start(comparing(methods, ...more));
const report = (run: string) => readFileSync(join(folder, run, "report.json"), "utf8");
const keptLines = (run: string) =>
  readFileSync(join(folder, run, "cells.jsonl"), "utf8").split("\n").length - 2;

describe("a comparison whose method computes for ever", () => {
  test("loses nothing to a second one beside it, nor to a kill; the next goes on", async () => {
    const run = join(folder, "c");
    const first = compare(`heft,${stuck}`, "--out", run);
    await first.said(ANNOUNCEMENT);
    expect(keptLines("c")).toBe(1);
    const second = await pgym(comparing("random", "--out", run));
    expect(second).toEqual({
      code: 2,
      stdout: "",
      stderr: `placement-gym: "${run}" is in use by process ${first.child.pid}; wait for its end, or give another folder.\n`,
    });
    first.child.kill("SIGKILL");
    await first.ended;
    expect(keptLines("c")).toBe(1);
    rmSync(gate);
    const third = await pgym(comparing(`heft,${stuck}`, "--out", run));
    expect({ code: third.code, stderr: third.stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`"${run}" holds a comparison: 1 of its 2 cells are kept.`),
    });
    expect(JSON.parse(report("c"))).toMatchObject({ complete: true, cells: { length: 2 } });
    expect(readdirSync(join(folder, "c"))).not.toContain("run.lock");
  });

  test("ends by a signal with what there is, and no process stays", async () => {
    const run = compare(`heft,${stuck}`, "--out", "c", "--json");
    await run.said(ANNOUNCEMENT);
    run.child.kill("SIGTERM");
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(130);
    const { complete, cells } = JSON.parse(stdout);
    expect({ complete, methods: cells.map((cell: { method: string }) => cell.method) }).toEqual({
      complete: false,
      methods: ["heft"],
    });
    expect(stderr).toContain("Finished cells are kept: the same command with --out c goes on from there.");
    expect(stderr).not.toContain("failed");
  });

  test("leaves no process behind when it is told to end twice", async () => {
    const run = compare(`heft,${stuck}`);
    await run.said(ANNOUNCEMENT);
    // The program takes a second signal within half a second for the same one.
    const again = setInterval(() => run.child.kill("SIGINT"), 100);
    const { code } = await run.ended;
    clearInterval(again);
    expect(code).toBe(130);
  });
});

describe("a method that breaks", () => {
  test("by ending its process is a row; the others stand and the exit code is 1", async () => {
    const file = join(folder, "dies.mjs");
    const zod = new URL("../../node_modules/zod/index.js", import.meta.url).href;
    writeFileSync(
      file,
      `import { z } from ${JSON.stringify(zod)};
      export const method = { kind: "planner", options: z.object({}),
        card: { id: "dies", name: "Dies", summary: "Dies.", searchSpace: "none" },
        create: () => ({ async *plan() { process.exit(0); } }) };`,
    );
    const run = join(folder, "c");
    const { code, stdout, stderr } = await pgym(comparing(`heft,${file}`, "--out", run));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.not.stringContaining("    at ") });
    expect(stdout).toMatch(/found by heft\./);
    expect(stdout).toMatch(/dies\.mjs +failed/);
    expect(stdout).toContain("dies.mjs: failed: its process died (exit code 0) before it answered");
    const [name] = readdirSync(join(run, "failures"));
    expect(name).toMatch(/dies\.mjs-on-toy-pipeline-seed-0-/);
    writeFileSync(file, `${readFileSync(file, "utf8")}\n// mended\n`);
    expect(await pgym(comparing(`heft,${file}`, "--out", run))).toMatchObject({
      code: 2,
      stderr: `placement-gym: File "${file}" has changed since the run in "${run}" began; undo the change, or give another folder.\n`,
    });
  });
});

describe("a training run", () => {
  const train = (...more: string[]) => [
    "train",
    "--agent",
    "reinforce?batch=4",
    "--scenario",
    "toy/chain",
    "--simulations",
    "40",
    "--checkpoint-every",
    "2",
    ...more,
  ];

  test("goes to its end when nobody reads its stderr any more", async () => {
    const run = start(train("--out", "t", "--json"));
    run.child.stderr!.destroy();
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ finished: true });
    expect(result.scenarios[0]).toMatchObject({ greedyEvaluations: 1, greedyPlan: { kind: "placement" } });
    const trained = join(folder, "t");
    expect(existsSync(join(trained, "result.json"))).toBe(true);
    expect(await pgym(comparing("heft", "--out", trained))).toMatchObject({
      code: 2,
      stderr: `placement-gym: "${trained}" holds a training run, not a comparison; name another folder with --out.\n`,
    });
  });

  // The shell's limit on the size of a file stands in for a full disk.
  test.skipIf(process.platform === "win32").each([0, 1])(
    "without room beyond %i kB says so, and can be started or resumed once there is room",
    async (kilobytes) => {
      const shell = ["bash", "-c", `ulimit -f ${kilobytes}; exec "$@"`, "bash", process.execPath, program];
      const { code, stderr } = await start(train("--out", "t"), shell).ended;
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^placement-gym: "t.+" cannot be written: the file would be larger .* \(EFBIG\)\.$/m,
      );
      const isBegun = existsSync(join(folder, "t", "run.json"));
      expect(isBegun).toBe(kilobytes > 0);
      if (!isBegun) return expect(existsSync(join(folder, "t"))).toBe(false);
      const resumed = await pgym(["train", "--resume", join(folder, "t"), "--json"]);
      expect(resumed.code).toBe(0);
      expect(JSON.parse(resumed.stdout)).toMatchObject({ finished: true });
    },
  );
});
