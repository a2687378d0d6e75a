import { describe, expect, test } from "vitest";
import {
  type EqualSchedule,
  stageBytes,
} from "../../../../../agents/exact/stages/equal-stages/stage-memory.ts";
import { pipedream2bw } from "../../../../../agents/planners/pipeline/pipedream/pipedream-2bw.ts";
import { evaluator, type Scenario } from "../../../../../env/index.ts";
import { layerChain } from "../../../../../env/model/layers/layer-chain.ts";
import { stagePlan } from "../../../../../env/model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { runPlanner } from "../../run-planner.ts";
import { trainingStep } from "../training-step.ts";

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(pipedream2bw, scenario, { options });
  return { plan: best?.plan as PipelinePlan, outcome: best?.outcome, report };
}

const shapeOf = ({ stages }: PipelinePlan) => [stages[0].devices.length, stages.length];
const blocks = new Array<number>(8).fill(8);

describe("PipeDream-2BW as a planner", () => {
  test("has no bubble in the steady state, at whatever width and depth", async () => {
    for (const [weightBytes, memoryBytes] of [
      [0, Number.POSITIVE_INFINITY],
      [100, 1_300],
    ]) {
      const scenario = trainingStep({
        forwardUs: blocks,
        devices: 4,
        batch: 64,
        keptBytes: 64,
        weightBytes,
        memoryBytes,
      });
      const { plan, outcome, report } = await planned(scenario);
      expect(plan.schedule).toEqual({ name: "2bw" });
      expect(outcome!.value! / 48).toBeCloseTo(1, 9);
      expect(report.estimate!.value / 48).toBeCloseTo(1, 9);
    }
  });

  test("is as deep as the memory of the weights asks for", async () => {
    const shapeWith = async (memoryBytes: number) =>
      shapeOf(
        (
          await planned(
            trainingStep({ forwardUs: blocks, devices: 4, batch: 16, weightBytes: 100, memoryBytes }),
          )
        ).plan,
      );
    expect(await shapeWith(1e6)).toEqual([4, 1]);
    // Two versions and gradients are three times the weights: 2,400 bytes on one device.
    expect(await shapeWith(1_300)).toEqual([2, 2]);
    expect(await shapeWith(700)).toEqual([1, 4]);
    const asked = trainingStep({ forwardUs: blocks, devices: 4, batch: 16 });
    for (const depth of [1, 2, 4])
      expect(shapeOf((await planned(asked, { depth })).plan)).toEqual([4 / depth, depth]);
    expect((await planned(asked, { depth: 3 })).report.failure).toMatch(/^[A-Z].*\.$/);
  });

  test("recomputes where activations do not fit otherwise, for one more forward pass", async () => {
    const scenario = (memoryBytes: number) =>
      trainingStep({ forwardUs: blocks, devices: 2, batch: 4, keptBytes: 4_000, memoryBytes });
    const roomy = await planned(scenario(1e6));
    const tight = await planned(scenario(6_000));
    expect(roomy.plan.recompute).toBeUndefined();
    expect(tight.plan.recompute).toContain(1);
    expect(tight.outcome!.value! / roomy.outcome!.value!).toBeCloseTo(4 / 3, 6);
    expect((await planned(scenario(100))).report.failure).toMatch(/fits the memory/);
  });

  test("with a flush is idle for (d - 1) / (m + d - 1) of the time", async () => {
    const scenario = trainingStep({
      forwardUs: blocks,
      devices: 4,
      batch: 16,
      weightBytes: 100,
      memoryBytes: 500,
    });
    const { plan, outcome, report } = await planned(scenario, { flush: true });
    expect(plan.schedule).toEqual({ name: "1f1b" });
    const [, d] = shapeOf(plan);
    const m = plan.microBatches;
    expect(d).toBe(4);
    expect(outcome!.value! / report.estimate!.value).toBeCloseTo(1, 9);
    expect(1 - 48 / outcome!.value!).toBeCloseTo((d - 1) / (m + d - 1), 9);
  });

  test("finds the blocks of a network, and uses fewer devices where the batch does not divide", async () => {
    const bert = await resolveScenario("bert-base/4xP100?granularity=layer&batch=8", {
      objective: "iteration",
    });
    const { report } = await planned(bert);
    expect(report.facts).toContainEqual({ name: "repeated blocks", value: 12 });
    const odd = trainingStep({ forwardUs: [10], devices: 3, batch: 8 });
    expect(shapeOf((await planned(odd)).plan)).toEqual([2, 1]);
  });
});

describe("the memory table of 2BW", () => {
  const [W, K, D, M] = [100, 64, 4, 8];
  const step = (sentBytes: number) =>
    trainingStep({
      forwardUs: blocks,
      devices: D,
      batch: 64,
      keptBytes: K * M,
      weightBytes: W,
      sentBytes: sentBytes * M,
    });
  const peaks = (scenario: Scenario, name: string, recompute: boolean) => {
    const chain = layerChain(scenario);
    if (typeof chain === "string") throw new Error(chain);
    const stages = [0, 1, 2, 3].map((s) => ({
      ...{ from: 2 * s, to: 2 * s + 2, devices: [s], share: "split" as const },
      recompute,
    }));
    const plan = stagePlan(chain, { stages, microBatches: M, schedule: { name } });
    return [...evaluator(scenario).evaluate(plan).peakBytes!];
  };
  const table = (schedule: EqualSchedule, recompute: boolean, inputBytes: number) =>
    [0, 1, 2, 3].map((stage) =>
      stageBytes(
        { weightBytes: 2 * W, keptBytes: 2 * K, inputBytes: stage === 0 ? 0 : inputBytes },
        { schedule, stage, depth: D, microBatches: M, recompute, stateFactor: 1 },
      ),
    );

  test.each([
    ["gpipe", "gpipe"],
    ["flush", "1f1b"],
    ["2bw", "2bw"],
  ] as const)("of %s is what the simulator finds, to the byte where nothing is sent", (schedule, name) => {
    for (const recompute of [false, true]) {
      expect(peaks(step(0), name, recompute)).toEqual(table(schedule, recompute, 0));
      // Beyond the table are the copies at a stage's two boundaries, at most two tensors each way.
      const simulated = peaks(step(2), name, recompute);
      table(schedule, recompute, 2).forEach((bytes, stage) => {
        expect(simulated[stage]).toBeGreaterThanOrEqual(bytes);
        expect(simulated[stage]).toBeLessThanOrEqual(bytes + 4 * 2);
      });
    }
  });
});
