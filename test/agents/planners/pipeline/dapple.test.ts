import { describe, expect, test } from "vitest";
import { dapple } from "../../../../agents/planners/pipeline/dapple.ts";
import { parseGraph, type Scenario, testScenario, validatePlan } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

function scenarioOf(graph: string, rest: Record<string, unknown> = {}): Scenario {
  const withBatch = { ...parseGraph(graph), batch: 8 };
  return testScenario({ graph: withBatch, bytesPerUs: 1e9, objective: "iteration", ...rest });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(dapple, scenario, { options });
  return { plan: best!.plan as PipelinePlan, outcome: best!.outcome, report };
}

describe("DAPPLE as a planner", () => {
  test("replicates one stage on all devices where weights are small and links are fast", async () => {
    const scenario = scenarioOf(trainingChain([10, 10, 10, 10], { params: 1 }), { devices: 4 });
    const { plan, report } = await planned(scenario, { mode: "paper", microBatches: 1 });
    expect(plan.stages.map(({ devices }) => devices.length)).toEqual([4]);
    // 4 x 10 forward and 4 x 20 backward on four replicas, and hardly any all-reduce.
    expect(report.estimate!.value).toBeCloseTo(30, 3);
  });

  test("gives valid, disjoint stages in both modes and under both schedules", async () => {
    const graph = trainingChain([10, 40, 10, 10, 30, 20], { bytes: 400, params: 4000 });
    for (const mode of ["paper", "code"])
      for (const schedule of ["dapple-pa", "dapple-pb"]) {
        const scenario = scenarioOf(graph, { devices: 4, bytesPerUs: 50 });
        const { plan, outcome } = await planned(scenario, { mode, schedule });
        validatePlan(scenario, plan);
        expect(outcome.feasible).toBe(true);
        expect(plan.schedule.name).toBe(schedule);
        const used = plan.stages.flatMap(({ devices }) => devices);
        expect(new Set(used).size).toBe(used.length);
      }
  });

  test("keeps to the memory, and says where no stages fit", async () => {
    const graph = trainingChain([10, 10, 10, 10], { bytes: 80, params: 10 });
    const tight = await runPlanner(dapple, scenarioOf(graph, { devices: 2, memoryBytes: 400 }));
    expect(tight.best!.outcome.feasible).toBe(true);
    const none = await runPlanner(dapple, scenarioOf(graph, { devices: 2, memoryBytes: 5 }));
    expect(none.report.failure).toMatch(/^[A-Z].*\.$/);
  });
});
