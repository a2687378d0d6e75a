import { describe, expect, test } from "vitest";
import { gpipe } from "../../../../../agents/planners/pipeline/gpipe/gpipe.ts";
import type { Checkpoint } from "../../../../../agents/problems/pipeline/fill-drain.ts";
import { parseGraph, type Scenario, testScenario } from "../../../../../env/index.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { runPlanner } from "../../run-planner.ts";

/** A chain of layers that keep 36 bytes each and send 4; transfers are free. */
function chainOf(forwardUs: readonly number[], devices = forwardUs.length): Scenario {
  const last = forwardUs.length - 1;
  const forwards = forwardUs.map((us, v) => `f${v} ${us} 4B,36B group=g${v}${v ? ` <- f${v - 1}` : ""}`);
  const backwards = forwardUs.map((_, i) => {
    const v = last - i;
    const inputs = v === last ? `f${v}:1` : `b${v + 1} f${v}:1`;
    return `b${v} ${2 * forwardUs[v]} 4B role=backward twin=f${v} group=g${v} <- ${inputs}`;
  });
  const graph = { ...parseGraph([...forwards, ...backwards].join("\n")), batch: 64 };
  return testScenario({ graph, devices, bytesPerUs: 1e15, objective: "iteration" });
}

async function planned(scenario: Scenario, options: Record<string, unknown>) {
  const { best, report } = await runPlanner(gpipe, scenario, { options });
  return { plan: best!.plan as PipelinePlan, outcome: best!.outcome, report };
}

const timeOf = async (forwardUs: readonly number[], recompute: Checkpoint, microBatches: number) =>
  (await planned(chainOf(forwardUs), { recompute, microBatches })).outcome.value!;

describe("GPipe as a planner", () => {
  test("leaves equal stages idle for (K - 1) / (M + K - 1) of the time", async () => {
    for (const stages of [1, 2, 5, 16])
      for (const microBatches of [1, 3, 64]) {
        const us = await timeOf(new Array(stages).fill(10), "never", microBatches);
        const idle = 1 - 30 / us;
        expect(idle).toBeCloseTo((stages - 1) / (microBatches + stages - 1), 12);
      }
  });

  test("never takes longer with more micro-batches where transfers and launches are free", async () => {
    for (const recompute of ["always", "except_last", "never"] as const) {
      const times: number[] = [];
      for (const count of [1, 2, 3, 5, 8, 64]) times.push(await timeOf([10, 40, 20], recompute, count));
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
  });

  test("pays for recomputation one forward of the slowest stage for each micro-batch", async () => {
    for (const count of [1, 4, 8]) {
      const [never, exceptLast, always] = await Promise.all(
        (["never", "except_last", "always"] as const).map((each) => timeOf([10, 10, 40], each, count)),
      );
      expect(always - never).toBeCloseTo(40, 9);
      expect(exceptLast - never).toBeCloseTo((40 * (count - 1)) / count, 9);
    }
  });

  test("keeps all micro-batches, or with recomputation their boundaries and one micro-batch", async () => {
    for (const microBatches of [2, 4, 8]) {
      const [never, always] = await Promise.all(
        ["never", "always"].map(async (recompute) => {
          const { outcome } = await planned(chainOf([10, 10, 10, 10]), { recompute, microBatches });
          return outcome.peakBytes![2];
        }),
      );
      expect(never).toBeGreaterThanOrEqual(36);
      // Boundaries of all micro-batches, the layer of one, and what arrives and leaves meanwhile.
      expect(always).toBeGreaterThanOrEqual(4 + 36 / microBatches);
      expect(always).toBeLessThanOrEqual(4 + (36 + 3 * 4 + 4) / microBatches);
    }
  });

  test("foretells its time by its closed form, where the waits are long enough to recompute in", async () => {
    for (const us of [
      [10, 10, 10],
      [10, 40, 10],
      [40, 10, 10],
      [10, 10, 40],
    ])
      for (const recompute of ["always", "except_last", "never"])
        for (const microBatches of [1, 2, 7]) {
          const { outcome, report } = await planned(chainOf(us), { recompute, microBatches });
          expect(report.estimate!.value).toBeCloseTo(outcome.value!, 6);
        }
  });

  test("cuts by time, or into equal numbers of layers", async () => {
    const scenario = chainOf([30, 10, 10, 10], 2);
    const lengths = async (partition: string) => (await planned(scenario, { partition })).report.facts![0];
    expect(await lengths("min-max")).toEqual({ name: "layers of each stage", value: "1, 3" });
    expect(await lengths("even-layers")).toEqual({ name: "layers of each stage", value: "2, 2" });
  });

  test("takes more micro-batches where launches are free than where they cost much", async () => {
    const free = chainOf([10, 10, 10]);
    const devices = free.cluster.devices.map((device) => ({ ...device, launchUs: 8 }));
    const dear = { ...free, cluster: { ...free.cluster, devices } };
    const [many, few] = await Promise.all([free, dear].map((scenario) => planned(scenario, {})));
    expect(many.plan.microBatches).toBe(64);
    expect(few.plan.microBatches).toBeLessThan(8);
  });
});
