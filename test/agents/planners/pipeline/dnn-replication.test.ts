import { describe, expect, test } from "vitest";
import { replicatedUs } from "../../../../agents/exact/ideals/replicated-split.ts";
import { dnnReplication } from "../../../../agents/planners/pipeline/dnn-replication.ts";
import { parseGraph, type Scenario, testScenario } from "../../../../env/index.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { runPlanner } from "../run-planner.ts";
import { trainingStep } from "./training-step.ts";

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(dnnReplication, scenario, { options });
  return { plan: best?.plan as PipelinePlan, value: best?.outcome.value, report };
}

describe("dnn-partitioning with replication as a planner", () => {
  test("replicates the long stage, and is simulated at its max load where transfers are free", async () => {
    // The weights of the last layer are dear to synchronise.
    const scenario = testScenario({
      graph: { ...parseGraph("a 45 0B\nb 45 0B <- a\nc 30 params=1000000 <- b"), batch: 12 },
      devices: 4,
      bytesPerUs: 1e3,
      objective: "iteration",
    });
    for (const [sync, share] of [
      ["round", "dealt"],
      ["sample", "split"],
    ] as const) {
      const { plan, value, report } = await planned(scenario, { sync });
      expect(plan.stages).toEqual([
        { devices: [0, 1, 2], share },
        { devices: [3], share },
      ]);
      expect(value).toBeCloseTo(30, 6);
      expect(report.estimate!.value).toBeCloseTo(30, 6);
    }
  });

  test("counts synchronisation for every sample, or once for those that replicas work on", async () => {
    const scenario = trainingStep({
      forwardUs: [100],
      devices: 2,
      batch: 2,
      weightBytes: 100,
      bytesPerUs: 10,
      sentBytes: 0,
    });
    for (const sync of ["sample", "round"] as const)
      for (const overlapped of [false, true]) {
        const { report } = await planned(scenario, { sync, overlapped, microBatches: 1 });
        const expected = replicatedUs(300, 100, 2, { bytesPerUs: 10, sync, overlapped });
        expect(report.estimate!.value).toBeCloseTo(expected, 9);
      }
  });

  test("leaves inputs to the host, on the graph and on a chain", async () => {
    const scenario = testScenario({
      graph:
        "read CPU:2 8B kinds=CPU\na GPU:10 8B <- read\nb GPU:10 8B <- a\nc GPU:10 8B <- a\nd GPU:10 <- b c",
      devices: ["GPU", "GPU", "CPU"],
      objective: "iteration",
    });
    for (const [ideals, of] of [
      [200, "graph"],
      [2, "chain"],
    ] as const) {
      const { plan, report } = await planned(scenario, { ideals });
      expect(plan.stageOf[0]).toBe(HOST_STAGE);
      expect(plan.stages.flatMap(({ devices }) => devices)).not.toContain(2);
      expect(report.facts).toContainEqual({ name: `elements of the ${of}`, value: 5 });
    }
  });

  test("says where the weights fit nowhere", async () => {
    const scenario = trainingStep({
      forwardUs: [10],
      devices: 2,
      batch: 2,
      weightBytes: 100,
      memoryBytes: 50,
    });
    expect((await planned(scenario)).report.failure).toMatch(/^[A-Z].*\.$/);
  });
});
