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

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "placement-gym-adding-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const page = readFileSync(join(root, "docs/adding.md"), "utf8");
  for (const [, name, body] of page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm))
    writeFileSync(join(folder, name), body);
});

const pgym = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "cli/bin.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

test("a user's planner and agent compete by path on a user's scenario", () => {
  const { status, stdout, stderr } = pgym(
    ...["compare", "--scenarios", "./two-towers.json", "--json"],
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

test("a user's agent trains, and its policy can be named by the folder of the run", () => {
  const budget = ["--evaluations", "100", "--json"];
  const train = ["train", "--agent", "./cross-entropy.ts", "--scenario", "./two-towers.json", "--out", "run"];
  const trained = JSON.parse(pgym(...train, ...budget).stdout);
  expect(trained).toMatchObject({ finished: true, evaluations: 100 });
  const solve = ["solve", "./two-towers.json", "--planner", "./cross-entropy.ts@run"];
  const solved = JSON.parse(pgym(...solve, "--evaluations", "1", "--json").stdout);
  expect(solved).toMatchObject({ value: trained.scenarios[0].greedyValue, evaluations: 1 });
  expect(solved.pretraining).toEqual({ run: "run", simulations: 100, evaluations: 100 });
});

test("a wrong option of a user's planner is one sentence", () => {
  const { status, stdout, stderr } = pgym(
    "solve",
    "./two-towers.json",
    "--planner",
    "./least-loaded.ts?ordr=given",
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^placement-gym: .*option "ordr" is not known\. Did you mean "order"\?\n$/);
});
