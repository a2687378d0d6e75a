import { describe, expect, test } from "vitest";
import { chimera } from "../../../../agents/planners/pipeline/chimera.ts";
import { parseGraph, type Scenario, testScenario, validatePlan } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

function scenarioOf(graph: string, rest: Record<string, unknown> = {}): Scenario {
  const withBatch = { ...parseGraph(graph), batch: 16 };
  return testScenario({ graph: withBatch, bytesPerUs: 1e9, objective: "iteration", ...rest });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(chimera, scenario, { options });
  return { plan: best!.plan as PipelinePlan, outcome: best!.outcome, report };
}

describe("Chimera as a planner", () => {
  test("deals each stage to both directions of all groups", async () => {
    const scenario = scenarioOf(trainingChain(new Array(8).fill(10)), { devices: 8 });
    for (const pairs of [1, 2]) {
      const { plan, outcome } = await planned(scenario, { pairs });
      validatePlan(scenario, plan);
      expect(outcome.feasible).toBe(true);
      expect(plan.schedule).toMatchObject({ name: "chimera", pairs });
      expect(plan.stages.length % (2 * pairs)).toBe(0);
      for (const { devices, share } of plan.stages) {
        expect(share).toBe("dealt");
        expect(devices.length).toBe((8 / plan.stages.length) * 2 * pairs);
      }
    }
  });

  test("computes activations again only where no micro-batch fits otherwise", async () => {
    const graph = trainingChain([10, 10, 10, 10], { bytes: 800, params: 1 });
    const roomy = await planned(scenarioOf(graph, { devices: 2 }));
    expect(roomy.plan.recompute).toBeUndefined();
    const options = { microBatches: 4 };
    const tight = await planned(scenarioOf(graph, { devices: 2, memoryBytes: 780 }), options);
    expect(tight.plan.recompute).toBeDefined();
  });

  test("answers with data parallelism where two stages are not possible", async () => {
    const { plan } = await planned(scenarioOf(trainingChain([10]), { devices: 2 }));
    expect(plan.stages.map(({ devices }) => devices.length)).toEqual([2]);
  });
});
