import { describe, expect, test } from "vitest";
import { vpipe } from "../../../../agents/planners/pipeline/vpipe.ts";
import { parseGraph, type Scenario, testScenario } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

interface Shape {
  readonly memoryBytes?: number;
  readonly devices?: readonly string[];
}

function scenarioOf({ memoryBytes, devices = ["GPU", "GPU", "CPU"] }: Shape = {}): Scenario {
  const graph = parseGraph(trainingChain([10, 20, 20, 10, 30, 30], { bytes: 160, params: 4 }));
  return testScenario({
    graph: { ...graph, batch: 8 },
    devices,
    bytesPerUs: 100,
    objective: "iteration",
    ...(memoryBytes !== undefined && { memoryBytes }),
  });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(vpipe, scenario, { options });
  return { plan: best!.plan as PipelinePlan, outcome: best!.outcome, report };
}

describe("vPipe as a planner", () => {
  test("treats no activations where memory is no limit, and cuts evenly", async () => {
    for (const mode of ["kl", "exact"]) {
      const { plan, report } = await planned(scenarioOf(), { mode });
      expect([plan.recompute, plan.swap]).toEqual([undefined, undefined]);
      expect(report.facts![0].value).toBe("4, 2");
    }
  });

  test("fits tight memory by recomputation, on early stages first", async () => {
    for (const mode of ["kl", "exact"]) {
      const scenario = scenarioOf({ memoryBytes: 220 });
      const { plan, outcome } = await planned(scenario, { mode, swap: false, microBatches: 8 });
      expect(outcome.feasible).toBe(true);
      const again = [0, 1].map(
        (stage) => plan.recompute?.filter((flag, v) => flag === 1 && plan.stageOf[v] === stage).length ?? 0,
      );
      expect(again[0]).toBeGreaterThan(0);
      expect(again[1]).toBeLessThanOrEqual(again[0]);
    }
  });

  test("swaps only with a host to swap to, and only where asked", async () => {
    const tight = { memoryBytes: 220 };
    const swapped = async (scenario: Scenario, options: Record<string, unknown>) =>
      (await planned(scenario, { schedule: "gpipe", microBatches: 8, ...options })).plan.swap;
    expect(await swapped(scenarioOf({ ...tight, devices: ["GPU", "GPU"] }), {})).toBeUndefined();
    expect(await swapped(scenarioOf(tight), { swap: false })).toBeUndefined();
  });

  test("says where nothing fits", async () => {
    const { report } = await runPlanner(vpipe, scenarioOf({ memoryBytes: 20 }));
    expect(report.failure).toMatch(/^[A-Z].*\.$/);
  });

  test("foretells the slowest stage times micro-batches, and under a flush fill and drain", async () => {
    for (const schedule of ["pipedream", "gpipe"]) {
      const free = { ...scenarioOf(), objective: "iteration" as const };
      const { outcome, report } = await planned(free, { schedule, microBatches: 4 });
      expect(report.estimate!.value / outcome.value!).toBeGreaterThan(0.7);
      expect(report.estimate!.value / outcome.value!).toBeLessThan(1.05);
    }
  });
});
