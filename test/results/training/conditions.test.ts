import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { evaluator, planFromJson, withSlowerDevices } from "../../../env/index.ts";
import { readMetrics } from "../../../results/training/copies/metrics-row.ts";
import { resumeParts, trainParts } from "../../../results/training/train.ts";
import { request, scenario, scenarios, walkerWith } from "./walker.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-conditions-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = () => 0;
const hooks = { clock, cpuClock: clock };
const parts = { scenarios, module: walkerWith([]), options: {} };
const [{ name: first }] = scenario.cluster.devices;
const harsh = { ...request, noise: 0.05, slowDevices: { [first]: 0.5 } };

describe("training under noise on a slow device", () => {
  test("shows the agent noisy costs and reports exact values of the true devices", async () => {
    const [plain, noisy] = [join(folder, "plain"), join(folder, "noisy")];
    const slow = { ...request, slowDevices: harsh.slowDevices };
    const exact = await trainParts(plain, slow, parts, hooks);
    const result = await trainParts(noisy, harsh, parts, hooks);
    expect(result).toMatchObject({ noise: 0.05, slowDevices: { [first]: 0.5 } });
    // The walker moves alike whatever it measures, so only its measurements differ.
    expect(result.scenarios).toEqual(exact.scenarios);
    const costs = (path: string) =>
      readMetrics(join(path, "metrics.jsonl")).map(({ metrics }) => metrics.meanCost!);
    const ratios = costs(noisy).map((cost, i) => cost / costs(plain)[i]);
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.05);
    expect(new Set(ratios).size).toBeGreaterThan(10);
    const [{ plan, value, greedyPlan, greedyValue, bound }] = result.scenarios;
    const truth = evaluator(withSlowerDevices(scenario, harsh.slowDevices));
    expect(truth.evaluate(planFromJson(scenario, plan, "The plan")).value).toBe(value);
    expect(truth.evaluate(planFromJson(scenario, greedyPlan, "The plan")).value).toBe(greedyValue);
    expect(truth.bound().value).toBe(bound);
  });

  test.each([4, 7, 15])("killed after update %i and resumed leaves the same bytes", async (update) => {
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    await trainParts(whole, harsh, parts, hooks);
    const onStep = (step: { update: number }) => {
      if (step.update === update) throw new Error("killed");
    };
    await expect(trainParts(broken, harsh, parts, { ...hooks, onStep })).rejects.toThrow("killed");
    await resumeParts(broken, parts, hooks);
    for (const name of ["run.json", "metrics.jsonl", "plans.jsonl", "policy.json", "result.json"])
      expect(readFileSync(join(broken, name), "utf8"), name).toBe(readFileSync(join(whole, name), "utf8"));
  });

  test.each([
    [{ noise: 0.9 }, "The noise is 0.9"],
    [{ slowDevices: { none: 0.5 } }, 'Device "none" is not known'],
  ])("%j is refused before anything is written", async (wrong, sentence) => {
    const path = join(folder, "run");
    await expect(trainParts(path, { ...request, ...wrong }, parts, hooks)).rejects.toThrow(sentence);
    expect(() => readFileSync(join(path, "run.json"))).toThrow();
  });
});
