import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { evaluator, testScenario } from "../../../env/index.ts";
import { readMetrics } from "../../../results/training/copies/metrics-row.ts";
import { readPolicy } from "../../../results/training/policy-file.ts";
import { resumeParts, train, trainParts } from "../../../results/training/train.ts";
import { request, scenario, scenarios, walkerWith } from "./walker.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-held-out-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = () => 0;
const hooks = { clock, cpuClock: clock };
/** Of as many ops, so that the walker's plans fit. */
const other = testScenario({ graph: "a 10 9B\nb 20 9B <- a\nc 30 9B <- b\nd 5\ne 5", devices: 3 });
const heldOut = new Map([
  ["tiny", scenario],
  ["other", other],
]);
const parts = { scenarios, heldOut, module: walkerWith([]), options: {} };
const asked = { ...request, evaluation: { every: 3, scenarios: ["tiny", "other"] } };
const rowsOf = (path: string) => readMetrics(join(path, "metrics.jsonl"));
const plain = (path: string) =>
  rowsOf(path).map(({ metrics, ...row }) => ({
    ...row,
    metrics: Object.fromEntries(Object.entries(metrics).filter(([name]) => !name.startsWith("eval/"))),
  }));

describe("evaluation during training", () => {
  test("is a number every few updates, counted apart, and changes nothing else", async () => {
    const [without, path] = [join(folder, "without"), join(folder, "with")];
    const bare = await trainParts(without, request, { ...parts, heldOut: undefined }, hooks);
    const result = await trainParts(path, asked, parts, hooks);
    expect(plain(path)).toEqual(plain(without));
    expect(result).toEqual({ ...bare, evaluation: result.evaluation });
    expect(bare.evaluation).toBe(null);
    // A walker's plan costs one evaluation, on 2 scenarios, after each third of 20 updates.
    expect(result.evaluation).toMatchObject({ evaluations: 12, simulations: 12, stoppedEarly: false });
    const seen = rowsOf(path).filter(({ metrics }) => "eval/gap" in metrics);
    expect(seen.map(({ update }) => update)).toEqual([3, 6, 9, 12, 15, 18]);
    for (const { metrics } of seen) {
      expect(metrics["eval/gap"]).toBeCloseTo(
        (metrics["eval/gap/tiny"]! + metrics["eval/gap/other"]!) / 2,
        12,
      );
      expect(metrics["eval/feasible"]).toBe(1);
    }
    const gaps = seen.map(({ metrics }) => metrics["eval/gap"]!);
    expect(result.evaluation!.bestGap).toBe(Math.min(...gaps));
    expect(result.evaluation!.bestUpdate).toBe(seen[gaps.indexOf(Math.min(...gaps))].update);
  });

  test("keeps the best policy, with what it cost, and a method can begin with it", async () => {
    const path = join(folder, "run");
    const { evaluation } = await trainParts(path, asked, parts, hooks);
    const best = readPolicy(join(path, "policy-best.json"));
    const { device } = best.policy as { device: number[] };
    const gapOn = (of: typeof scenario) => {
      const score = evaluator(of);
      return (
        score.evaluate({ kind: "placement", device: Int32Array.from(device) }).cost / score.bound().value - 1
      );
    };
    expect((gapOn(scenario) + gapOn(other)) / 2).toBeCloseTo(evaluation!.bestGap!, 12);
    expect(best.agent).toBe("walker");
    const last = readPolicy(path).pretraining;
    expect(last.evaluations).toBe(81 + 12);
    expect(best.pretraining.evaluations).toBeLessThanOrEqual(last.evaluations);
  });

  test.each([4, 7, 12, 17])("killed after update %i and resumed it leaves the same bytes", async (update) => {
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    await trainParts(whole, asked, parts, hooks);
    const onStep = (step: { update: number }) => {
      if (step.update === update) throw new Error("killed");
    };
    await expect(trainParts(broken, asked, parts, { ...hooks, onStep })).rejects.toThrow("killed");
    await resumeParts(broken, parts, hooks);
    const names = [
      "run.json",
      "metrics.jsonl",
      "metrics.csv",
      "policy.json",
      "policy-best.json",
      "result.json",
    ];
    for (const name of [...names, "checkpoint/state.json"])
      expect(readFileSync(join(broken, name), "utf8"), name).toBe(readFileSync(join(whole, name), "utf8"));
  });

  test("ends training where the policy has not improved for as long as it was given", async () => {
    const long = { ...asked, budget: { evaluations: 400 } };
    const patient = { ...long, evaluation: { ...asked.evaluation, patience: 2 } };
    const [whole, path] = [join(folder, "whole"), join(folder, "early")];
    await trainParts(whole, long, parts, hooks);
    const result = await trainParts(path, patient, parts, hooks);
    const gaps = rowsOf(whole).flatMap(({ update, metrics }) =>
      "eval/gap" in metrics ? [[update, metrics["eval/gap"]!] as const] : [],
    );
    let best = Number.POSITIVE_INFINITY;
    let since = 0;
    const end = gaps.find(([, gap]) => {
      since = gap < best ? 0 : since + 1;
      best = Math.min(best, gap);
      return since === 2;
    })![0];
    expect(result).toMatchObject({ finished: true, updates: end, evaluation: { stoppedEarly: true } });
    expect(result.evaluations).toBeLessThan(400);
    expect(rowsOf(path)).toEqual(rowsOf(whole).slice(0, end));
  });

  test("refuses a scenario that changed, and one without a bound", async () => {
    const path = join(folder, "run");
    const onStep = () => {
      throw new Error("killed");
    };
    await expect(trainParts(path, asked, parts, { ...hooks, onStep })).rejects.toThrow("killed");
    const changed = new Map([...heldOut, ["other", testScenario({ graph: "a 10", devices: 3 })]]);
    await expect(resumeParts(path, { ...parts, heldOut: changed }, hooks)).rejects.toThrow(
      /content hash differs/,
    );
    const free = new Map([["free", testScenario({ graph: "a 0", devices: 2 })]]);
    await expect(trainParts(join(folder, "free"), asked, { ...parts, heldOut: free }, hooks)).rejects.toThrow(
      '"free" has no bound above 0',
    );
  });

  test.each(["reinforce?batch=5", "placeto?width=2&episodes=1"])(
    "does not disturb what %s learns",
    async (agent) => {
      const [without, path] = [join(folder, "without"), join(folder, "with")];
      const real = {
        scenarios: ["toy/chain"],
        agent,
        seed: 1,
        budget: { simulations: 60 },
        checkpointEvery: 3,
      };
      const bare = await train(without, real, hooks);
      const result = await train(
        path,
        { ...real, evaluation: { every: 2, scenarios: ["toy/chain"] } },
        hooks,
      );
      expect(plain(path)).toEqual(plain(without));
      expect(result.scenarios).toEqual(bare.scenarios);
      expect(result.evaluation!.simulations).toBeGreaterThan(0);
    },
  );
});
