import { describe, expect, test } from "vitest";
import { rannc } from "../../../../agents/planners/pipeline/rannc.ts";
import {
  parseGraph,
  planFromJson,
  planToJson,
  type Scenario,
  testScenario,
  validatePlan,
} from "../../../../env/index.ts";
import { levelsOf } from "../../../../env/model/cluster/levels.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

function scenarioOf(graph: string, rest: Record<string, unknown> = {}): Scenario {
  const withBatch = { ...parseGraph(graph), batch: 8 };
  return testScenario({ graph: withBatch, bytesPerUs: 1e9, objective: "iteration", ...rest });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(rannc, scenario, { options });
  return { plan: best!.plan as PipelinePlan, outcome: best!.outcome, report };
}

describe("RaNNC as a planner", () => {
  test("takes one stage on all devices where it fits", async () => {
    const { plan, report } = await planned(scenarioOf(trainingChain([10, 10, 10, 10]), { devices: 4 }));
    expect(plan.stages.map(({ devices }) => devices.length)).toEqual([4]);
    expect(plan.microBatches).toBe(1);
    expect(plan.recompute).toBeUndefined();
    // 4 x 10 forward and 4 x 20 backward on four replicas.
    expect(report.estimate!.value).toBeCloseTo(30, 5);
  });

  test("takes more stages where memory is short, with a flush and recomputation", async () => {
    const graph = trainingChain([10, 10, 10, 10], { bytes: 80, params: 100 });
    const scenario = scenarioOf(graph, { devices: 4, memoryBytes: 350 });
    const { plan, outcome, report } = await planned(scenario, { microBatches: 4 });
    expect(outcome.feasible).toBe(true);
    expect(plan.stages).toHaveLength(2);
    expect(plan.stages.flatMap(({ devices }) => devices).sort()).toEqual([0, 1, 2, 3]);
    expect(plan.schedule.name).toBe("gpipe");
    const forwards = scenario.graph.role.filter((role) => role === 0).length;
    expect(plan.recompute!.reduce((sum, flag) => sum + flag, 0)).toBe(forwards);
    // Two layers of a stage and one sample: 20 / 8 forward and 40 / 8 + 20 / 8 backward.
    expect(report.estimate!.value).toBeCloseTo((4 + 2 - 1) * (20 / 8 + 60 / 8), 5);
  });

  test("searches all shapes for no longer time than the first that fit", async () => {
    const graph = trainingChain([10, 40, 10, 10, 30, 20], { bytes: 400, params: 4000 });
    const scenario = scenarioOf(graph, { devices: 4, bytesPerUs: 50 });
    for (const mode of ["paper", "code"])
      for (const labels of ["one", "pareto"]) {
        const [first, all] = await Promise.all(
          ["first", "all"].map((search) => planned(scenario, { mode, labels, search })),
        );
        expect(all.report.estimate!.value).toBeLessThanOrEqual(first.report.estimate!.value);
        validatePlan(scenario, all.plan);
      }
  });

  test("has bandwidths of the cluster, or as the released program constants and less memory", async () => {
    const graph = trainingChain([10, 10], { bytes: 400, params: 4000 });
    const estimateOf = async (mode: string, bytesPerUs: number) => {
      const scenario = scenarioOf(graph, { devices: 2, bytesPerUs, memoryBytes: 7000 });
      return (await planned(scenario, { mode, microBatches: 1 })).report.estimate!.value;
    };
    // Each of two stages sends or gets 400 B, in both steps and both passes.
    expect(await estimateOf("paper", 100)).toBeCloseTo(60 + 4 * 4, 5);
    expect(await estimateOf("paper", 1)).toBeCloseTo(60 + 4 * 400, 5);
    expect(await estimateOf("code", 100)).toBe(await estimateOf("code", 1));

    const stages = async (mode: string) =>
      (await planned(scenarioOf(graph, { devices: 2, memoryBytes: 8850 }), { mode })).plan.stages.length;
    expect([await stages("paper"), await stages("code")]).toEqual([1, 2]);
  });

  test("keeps to the memory, and says where no stages fit", async () => {
    const graph = trainingChain([10, 10, 10, 10], { bytes: 80, params: 10 });
    const tight = await runPlanner(rannc, scenarioOf(graph, { devices: 2, memoryBytes: 200 }));
    expect(tight.best!.outcome.feasible).toBe(true);
    const none = await runPlanner(rannc, scenarioOf(graph, { devices: 2, memoryBytes: 5 }));
    expect(none.report.failure).toMatch(/^No stages fit .*\.$/);
  });

  test("refuses clusters of unequal nodes in a sentence", async () => {
    const scenario = await resolveScenario("alexnet/2xP100+2xK80?granularity=layer", {
      objective: "iteration",
    });
    const { best, report } = await runPlanner(rannc, scenario);
    expect(best).toBeNull();
    expect(report.failure).toBe(
      "RaNNC plans for equal nodes of equal accelerators, but the cluster has P100 and K80.",
    );
  });
});

test("RaNNC's copies of the pipeline are replicas on nodes of their own, which share no micro-batch", async () => {
  const scenario = await resolveScenario("bert-base/2x4xV100?granularity=layer&batch=64&memory=1500MB", {
    objective: "iteration",
  });
  const { plan, report } = await planned(scenario);
  const [machineOf] = levelsOf(scenario.cluster);
  const fact = (name: string) => report.facts!.find((each) => each.name === name)!.value;
  expect(fact("copies of the pipeline")).toBe(2);
  expect(plan.stages.length).toBeGreaterThan(1);
  const machines = plan.stages.map(({ devices }) => devices.map((device) => machineOf[device]));
  for (const of of machines) {
    const half = of.length / 2;
    expect(new Set(of.slice(0, half)).size).toBe(1);
    expect(new Set(of.slice(half)).size).toBe(1);
    expect(of[0]).not.toBe(of[half]);
    expect(of[0]).toBe(machines[0][0]);
  }
  expect(planFromJson(scenario, JSON.parse(JSON.stringify(planToJson(plan))), "it")).toEqual(plan);
});
