import { describe, expect, test } from "vitest";
import { pipetransformer } from "../../../../agents/planners/pipeline/pipetransformer.ts";
import { parseGraph, type Scenario, testScenario } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

/** An embedding and 24 equal layers, as of a Transformer of 12 blocks, on 16 devices. */
function transformer(batch = 64): Scenario {
  const graph = parseGraph(trainingChain(new Array(25).fill(10), { bytes: 4, params: 4e6 }));
  return testScenario({ graph: { ...graph, batch }, devices: 16, bytesPerUs: 1e9, objective: "iteration" });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(pipetransformer, scenario, { options });
  const facts = new Map(report.facts!.map(({ name, value }) => [name, value]));
  return { plan: best!.plan as PipelinePlan, value: best!.outcome.value!, report, facts };
}

describe("PipeTransformer as a planner", () => {
  test("replicates the pipeline over neighbouring devices", async () => {
    const { plan, facts } = await planned(transformer());
    expect(facts.get("replicas of the pipeline")).toBe(2);
    expect(plan.stages.map(({ devices }) => devices)).toEqual(
      Array.from({ length: 8 }, (_, stage) => [stage, stage + 8]),
    );
    expect(plan.microBatches).toBe(16);
  });

  test("halves the pipeline and doubles its replicas as layers freeze", async () => {
    const lengths: number[] = [];
    for (const frozen of [0, 8, 12, 16, 20, 23]) {
      const { plan, facts } = await planned(transformer(), { frozen });
      lengths.push(plan.stages.length);
      expect(plan.stages.length * Number(facts.get("replicas of the pipeline"))).toBe(16);
    }
    expect(lengths[0]).toBe(8);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(lengths.at(-1)).toBeLessThan(8);
    expect(lengths.every((length) => Number.isInteger(Math.log2(length)))).toBe(true);
  });

  test("takes the frozen layers of an epoch from the freeze schedule", async () => {
    const byEpoch = await planned(transformer(), { epoch: 2, alpha: 0.5 });
    expect(byEpoch.facts.get("frozen layers")).toBe(19);
    const given = await planned(transformer(), { frozen: 18 });
    expect(given.plan).toEqual(byEpoch.plan);
    expect((await planned(transformer())).facts.get("frozen layers")).toBe(0);
  });

  test("has no more micro-batches than each replica has samples", async () => {
    expect((await planned(transformer(16))).plan.microBatches).toBe(8);
  });

  test("estimates less time for frozen layers, though the simulator trains them all", async () => {
    const [none, some] = await Promise.all(
      [0, 6].map((frozen) => planned(transformer(), { frozen, pipeline: 4 })),
    );
    expect(some.report.estimate!.value).toBeLessThan(none.report.estimate!.value);
  });

  test("says what is wrong with the length of a pipeline", async () => {
    await expect(planned(transformer(), { pipeline: 3 })).rejects.toThrow(/power of two/);
  });
});
