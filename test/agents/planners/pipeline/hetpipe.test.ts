import { describe, expect, test } from "vitest";
import { hetpipe } from "../../../../agents/planners/pipeline/hetpipe.ts";
import type { Scenario } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { runPlanner } from "../run-planner.ts";
import { trainingStep } from "./training-step.ts";

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(hetpipe, scenario, { options });
  const factOf = (wanted: string) => report.facts?.find(({ name }) => name === wanted)?.value;
  return { plan: best?.plan as PipelinePlan, value: best?.outcome.value, report, factOf };
}

describe("HetPipe as a planner", () => {
  test.each([1, 3, 6])(
    "reaches the slowest stage's passes with as many in flight as the worker has GPUs: %d",
    async (gpus) => {
      const forwardUs = Array.from({ length: gpus }, (_, s) => (s === gpus - 1 ? 10 : 7));
      const scenario = trainingStep({ forwardUs, devices: gpus, batch: 6 });
      const { plan, value, report, factOf } = await planned(scenario, { policy: "node" });
      expect(factOf("mini-batches in flight")).toBe(gpus);
      expect(plan.stages).toHaveLength(gpus);
      expect(value).toBeCloseTo(30, 9);
      expect(report.estimate!.value).toBeCloseTo(30, 6);
    },
  );

  test("gives each stage of equal workers a replica in each, on the same node", async () => {
    const scenario = await resolveScenario("alexnet/16xP100-2racks", { objective: "iteration" });
    const { plan, report, factOf } = await planned(scenario, { policy: "equal" });
    expect([factOf("virtual workers"), factOf("accelerators of each")]).toEqual([4, 4]);
    expect(plan.stages.map(({ devices }) => new Set(devices.map((d) => Math.floor(d / 4))).size)).toEqual([
      1, 1, 1, 1,
    ]);
    expect(plan.stages.every(({ devices, share }) => devices.length === 4 && share === "dealt")).toBe(true);
    expect(plan.schedule).toEqual({ name: "pipedream", inFlight: factOf("mini-batches in flight") });
    expect(report.facts!.map(({ name }) => name)).not.toContain("estimate with cuts of each worker's own");
  });

  test("plans common cuts where unlike nodes have cuts of their own, and says what those would give", async () => {
    const scenario = await resolveScenario("resnet-50/2xP100+2xK80", { objective: "iteration" });
    const node = await planned(scenario, { policy: "node" });
    expect(node.factOf("estimate with cuts of each worker's own")).toBeGreaterThan(0);
    const workers = node.factOf("virtual workers");
    expect(node.plan.stages.every(({ devices }) => devices.length === workers)).toBe(true);
    const best = await planned(scenario);
    expect(best.report.estimate!.value).toBeLessThanOrEqual(node.report.estimate!.value);
  });

  test("says where no virtual worker fits", async () => {
    const scenario = trainingStep({
      forwardUs: [10, 10],
      devices: 2,
      batch: 2,
      weightBytes: 100,
      memoryBytes: 150,
    });
    expect((await planned(scenario)).report.failure).toMatch(/^[A-Z].*\.$/);
  });
});
