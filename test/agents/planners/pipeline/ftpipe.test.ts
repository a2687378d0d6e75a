import { describe, expect, test } from "vitest";
import { ftpipe } from "../../../../agents/planners/pipeline/ftpipe.ts";
import { parseGraph, type Scenario, testScenario, validatePlan } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

function scenarioOf(graph: string, rest: { devices?: number; memoryBytes?: number } = {}): Scenario {
  const withBatch = { ...parseGraph(graph), batch: 8 };
  return testScenario({ graph: withBatch, bytesPerUs: 1e9, objective: "iteration", ...rest });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}, seed = 1) {
  const { best, report } = await runPlanner(ftpipe, scenario, { options, seed });
  return { plan: best!.plan as PipelinePlan, outcome: best!.outcome, report };
}

describe("FTPipe as a planner", () => {
  test("gives a device several stages where no contiguous cut is even", async () => {
    const scenario = scenarioOf("a 3 1B\nb 2 1B <- a\nc 2 1B <- b\nd 3 1B <- c\ne 2 <- d");
    const options = { recompute: false, exhaustive: true, blocks: 3, microBatches: 1 };
    const { plan, report } = await planned(scenario, options);
    // Contiguous cuts reach 7; {a, d} and {b, c, e} reach 6.
    expect(report.estimate!.value).toBeCloseTo(6, 6);
    expect(plan.stages.length).toBeGreaterThan(2);
  });

  test("gives valid stages on graphs with branches, for all options and seeds", async () => {
    const graph =
      "in 1 20B\na 40 20B <- in\nb 50 20B <- in\nc 20 20B <- a\nd 10 20B <- b\ne 30 8B <- c d\nf 9 <- e";
    for (const mode of ["paper", "code"])
      for (const schedule of ["pipedream", "gpipe"])
        for (const seed of [1, 2, 3]) {
          const scenario = scenarioOf(graph, { devices: 3 });
          const { plan, outcome } = await planned(scenario, { mode, schedule, blocks: 2 }, seed);
          validatePlan(scenario, plan);
          expect(outcome.feasible).toBe(true);
          expect(plan.stages.length).toBeLessThanOrEqual(6);
        }
  });

  test("recomputes in all stages but the last, and under a flush in all", async () => {
    const scenario = scenarioOf(trainingChain([10, 10, 10, 10]), { devices: 2 });
    const recomputed = async (schedule: string) => {
      const { plan } = await planned(scenario, { schedule });
      const stages = new Set([...plan.stageOf].filter((_, v) => plan.recompute?.[v] === 1));
      return plan.stages.map((_, stage) => stages.has(stage));
    };
    const stashed = await recomputed("pipedream");
    expect(stashed.pop()).toBe(false);
    expect(stashed).not.toContain(false);
    expect(await recomputed("gpipe")).not.toContain(false);
    expect((await planned(scenario, { recompute: false })).plan.recompute).toBeUndefined();
  });

  test("plans again with less memory where its plan does not fit, and says where none does", async () => {
    const graph = trainingChain([10, 10, 10, 10], { bytes: 80, params: 10 });
    const tight = await runPlanner(ftpipe, scenarioOf(graph, { devices: 2, memoryBytes: 330 }));
    expect(tight.best!.outcome.feasible).toBe(true);
    const none = await runPlanner(ftpipe, scenarioOf(graph, { devices: 2, memoryBytes: 5 }));
    expect(none.report.failure).toMatch(/^[A-Z].*\.$/);
  });
});
