/** Alpa's planner on a small stack: shapes that it chooses, and what its estimate is worth. */
import { describe, expect, test } from "vitest";
import { alpa } from "../../../../agents/planners/pipeline/alpa.ts";
import { ranksOf } from "../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { blockScenario } from "../../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { runPlanner } from "../run-planner.ts";

const fast = { insideBytesPerUs: 1e6, betweenBytesPerUs: 1e6 };
const withMemory = (scenario: Scenario, memoryBytes: number): Scenario => ({
  ...scenario,
  cluster: {
    ...scenario.cluster,
    devices: scenario.cluster.devices.map((device) => ({ ...device, memoryBytes })),
  },
});

describe("Alpa", () => {
  test("divides tensors where weights do not fit a device, and the plan fits", async () => {
    const scenario = withMemory(blockScenario(1, machines([4], fast), { optimizerSlots: 2 }), 900);
    const { best, report } = await runPlanner(alpa, scenario);
    const { stages } = best!.plan as PipelinePlan;
    expect(best!.outcome.feasible).toBe(true);
    expect(Math.max(...stages.map(ranksOf))).toBeGreaterThan(1);
    expect(report.failure ?? null).toBeNull();
    const alone = await runPlanner(alpa, scenario, { options: { tensor: 1 } });
    expect(alone.best?.outcome.feasible ?? false).toBe(false);
  });

  test("uses all devices, each in one stage", async () => {
    const scenario = blockScenario(4, machines([2, 2], fast));
    for (const microBatches of [1, 2, 4]) {
      const { best } = await runPlanner(alpa, scenario, { options: { microBatches } });
      const { stages } = best!.plan as PipelinePlan;
      expect(stages.flatMap(({ devices }) => devices).sort()).toEqual([0, 1, 2, 3]);
    }
  });

  test("estimates what the simulator says where nothing is sent between stages", async () => {
    const scenario = blockScenario(2, machines([4], fast));
    const { best, report } = await runPlanner(alpa, scenario, { options: { microBatches: 1 } });
    expect(report.estimate!.value / best!.outcome.value!).toBeCloseTo(1, 2);
  });

  test("refuses machines of unequal sizes in one sentence", () => {
    expect(
      alpa.refuses!(blockScenario(1, machines([2, 1])), { layers: 16, tensor: 8, microBatches: 0 }),
    ).toBe(
      "Alpa plans for equal machines of equal accelerators, but machines of the cluster have 2, 1 accelerators.",
    );
  });
});
