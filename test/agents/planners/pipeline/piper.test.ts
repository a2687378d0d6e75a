import { describe, expect, test } from "vitest";
import { piper } from "../../../../agents/planners/pipeline/piper.ts";
import { evaluator, parseGraph, type Scenario, testScenario } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { runPlanner } from "../run-planner.ts";
import { trainingStep } from "./training-step.ts";

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, last, report } = await runPlanner(piper, scenario, { options });
  return { plan: best?.plan as PipelinePlan, last: last as PipelinePlan, outcome: best?.outcome, report };
}

const factOf = (report: Awaited<ReturnType<typeof planned>>["report"], name: string) =>
  report.facts!.find((fact) => fact.name === name)?.value;

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

describe("Piper as a planner", () => {
  test("fills the devices, and its estimate is what the simulator gives where transfers are free", async () => {
    const scenario = trainingStep({ forwardUs: [8, 8, 8, 8], devices: 4, batch: 16, keptBytes: 64 });
    const { plan, outcome, report } = await planned(scenario);
    expect(plan.schedule).toEqual({ name: "2bw" });
    expect(outcome!.value! / 24).toBeCloseTo(1, 9);
    expect(report.estimate!.value / 24).toBeCloseTo(1, 9);
    expect(sum(plan.stages.map(({ devices }) => devices.length))).toBe(4);
  });

  test("gives a slow layer replicas, which take whole micro-batches and divide their number", async () => {
    const scenario = trainingStep({ forwardUs: [4, 16, 4], devices: 4, batch: 16 });
    const { plan, report } = await planned(scenario, { microBatches: 8 });
    expect(plan.microBatches).toBe(8);
    for (const { devices, share } of plan.stages) {
      expect(8 % devices.length).toBe(0);
      if (devices.length > 1) expect(share).toBe("dealt");
    }
    expect(report.estimate!.value).toBeCloseTo(18, 9);
    const straight = await planned(scenario, { microBatches: 8, dataParallel: false });
    expect(straight.plan.stages.every(({ devices }) => devices.length === 1)).toBe(true);
    expect(straight.report.estimate!.value).toBeCloseTo(48, 9);
  });

  test("recomputes as few layers as the memory asks for, more of them in front", async () => {
    const scenario = trainingStep({
      forwardUs: [8, 8, 8, 8, 8, 8],
      devices: 2,
      batch: 4,
      keptBytes: 1_000,
      memoryBytes: 1_250,
    });
    const options = { microBatches: 4, dataParallel: false };
    const { plan, outcome, report } = await planned(scenario, options);
    const count = sum([...plan.recompute!]);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(6);
    expect(outcome!.feasible).toBe(true);
    const each = String(factOf(report, "layers recomputed in each stage")).split(", ").map(Number);
    expect(sum(each)).toBe(count);
    expect(each[0]).toBeGreaterThanOrEqual(each[1]);
    const kept = await planned(scenario, { ...options, recompute: false });
    expect(kept.plan.recompute).toBeUndefined();
    expect(kept.report.estimate!.value).toBeGreaterThan(report.estimate!.value);
    const tiny = trainingStep({
      forwardUs: [8, 8],
      devices: 2,
      batch: 4,
      keptBytes: 1_000,
      memoryBytes: 100,
    });
    expect((await planned(tiny)).report.failure).toMatch(/fit the memory/);
  });

  test("is no slower with the exact knapsack, and never slower than the equal split", async () => {
    const scenario = trainingStep({
      forwardUs: [3, 9, 4, 7, 2, 8, 5],
      devices: 3,
      batch: 6,
      keptBytes: 900,
      memoryBytes: 1_800,
    });
    const estimateWith = async (options: object) =>
      (await planned(scenario, { microBatches: 6, ...options })).report.estimate!.value;
    const exact = await estimateWith({ knapsack: "exact" });
    expect(exact).toBeLessThanOrEqual((await estimateWith({})) * (1 + 1e-12));
    expect(exact).toBeLessThanOrEqual((await estimateWith({ split: "equal" })) * (1 + 1e-12));
  });

  test("plans branches as a graph, and as a chain where they have too many down-sets", async () => {
    const graph = ["a 2 8B", "b 9 8B <- a", "c 9 8B <- a", "d 2 <- b c"].join("\n");
    const scenario = testScenario({
      graph: { ...parseGraph(graph), batch: 4 },
      devices: 2,
      bytesPerUs: 1e15,
      objective: "iteration",
    });
    const options = { microBatches: 4, dataParallel: false };
    const { plan, outcome, report } = await planned(scenario, options);
    expect(factOf(report, "down-sets of the graph of layers")).toBe(6);
    expect(evaluator(scenario).evaluate(plan).value).toBe(outcome!.value);
    expect(outcome!.value).toBeCloseTo(11, 6);
    const chained = await planned(scenario, { ...options, downSets: 5 });
    expect(factOf(chained.report, "down-sets of the chain of layers")).toBe(5);
  });
});
