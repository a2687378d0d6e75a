/**
 * The scenario, the planner and the agent of docs/adding.md, as files of a user's, take part in a
 * comparison.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Recording } from "../cli/recorded-terminal.ts";
import { compiledFile } from "../compiled.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "placement-gym-adding-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const page = readFileSync(join(root, "docs/adding.md"), "utf8");
  for (const [, name, body] of page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm))
    writeFileSync(join(folder, name), body);
});

const run = (program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

test("a user's planner and agent compete by path on a user's scenario", () => {
  const { status, stdout, stderr } = run(
    join(root, "cli/bin.js"),
    ...["compare", "--scenarios", "./two-towers.json", "--json", "--jobs", "1"],
    ...[
      "--methods",
      "./cross-entropy.ts?batch=10,./least-loaded.ts,heft?variants=plain",
      "--evaluations",
      "60",
    ],
  );
  // A slow machine shows how far it is; nothing else may be said.
  const said = stderr
    .split("\n")
    .filter((line) => line !== "" && !/ of [\d,]+ (evaluations|cells) \(\d+%\)/.test(line));
  expect({ status, said }).toEqual({ status: 0, said: [] });
  const cells = JSON.parse(stdout).cells as Record<string, unknown>[];
  expect(cells.map(({ method, kind, evaluations }) => ({ method, kind, evaluations }))).toEqual([
    { method: "./cross-entropy.ts?batch=10", kind: "agent", evaluations: 60 },
    { method: "./least-loaded.ts", kind: "planner", evaluations: 1 },
    { method: "heft?variants=plain", kind: "planner", evaluations: 1 },
  ]);
  for (const { value, bound } of cells) expect(value).toBeGreaterThanOrEqual(bound as number);
});

/** Of the other commands, all in one process. */
let said: readonly Recording[];
beforeAll(async () => {
  const train = ["train", "--agent", "./cross-entropy.ts", "--scenario", "./two-towers.json", "--out", "run"];
  const solve = ["solve", "./two-towers.json", "--planner"];
  const commands = [
    [...train, "--evaluations", "100", "--json"],
    [...solve, "./cross-entropy.ts@run", "--evaluations", "1", "--json"],
    [...solve, "./least-loaded.ts?ordr=given"],
  ];
  said = JSON.parse(run(await compiledFile("test/end-to-end/several.ts"), JSON.stringify(commands)).stdout);
});

test("a user's agent trains, and its policy can be named by the folder of the run", () => {
  const [trained, solved] = said.map(({ code, stdout }) => (code === 0 ? JSON.parse(stdout) : null));
  expect(trained).toMatchObject({ finished: true, evaluations: 100 });
  expect(solved).toMatchObject({ value: trained.scenarios[0].greedyValue, evaluations: 1 });
  expect(solved.pretraining).toEqual({ run: "run", simulations: 100, evaluations: 100 });
});

test("a wrong option of a user's planner is one sentence", () => {
  const [, , { code, stdout, stderr }] = said;
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^placement-gym: .*option "ordr" is not known\. Did you mean "order"\?\n$/);
});
