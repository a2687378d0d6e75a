/** Policies are trained once for each budget, and what was stopped goes on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CellStopped } from "../../../results/cells/cell.ts";
import { policiesIn } from "../../../results/reproduce/policies.ts";
import { readRunFile } from "../../../results/training/run-directory.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "policies-"));
});
afterEach(() => rmSync(path, { recursive: true }));

const run = { name: "small", agent: "reinforce?batch=2", scenarios: ["toy/chain"], simulations: 9 };
const clocks = { clock: () => 0, cpuClock: () => 0 };

test("a policy is trained where there is none, and then found", async () => {
  let steps = 0;
  const train = policiesIn({ path, seed: 1, hooks: { ...clocks, onStep: () => steps++ } });
  const folder = await train(run);
  expect(folder).toBe(join(path, "small-9"));
  expect(readRunFile(folder, "result.json")).toMatchObject({ finished: true });
  const spent = steps;
  expect(spent).toBeGreaterThan(0);
  expect(await train(run)).toBe(folder);
  expect(steps).toBe(spent);
  expect(await train({ ...run, simulations: 12 })).toBe(join(path, "small-12"));
});

test("a stop leaves a run that the next call goes on with", async () => {
  const stop = new AbortController();
  const hooks = { ...clocks, signal: stop.signal, onStep: () => stop.abort() };
  await expect(policiesIn({ path, seed: 1, hooks })(run)).rejects.toThrow(CellStopped);
  const folder = await policiesIn({ path, seed: 1, hooks: clocks })(run);
  expect(readRunFile(folder, "result.json")).toMatchObject({ finished: true });
});
