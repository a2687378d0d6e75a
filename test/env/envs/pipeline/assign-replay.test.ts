/** Plans without replicas are episodes of `Pipeline/Assign-v1`, at the same cost. */
import { describe, expect, test } from "vitest";
import { gridOf } from "../../../../agents/search/pipelines/grid.ts";
import { assignReplay, createAssignEnv, evaluator, type Scenario, stagePlan } from "../../../../env/index.ts";
import { planOfLayers } from "../../../../env/model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { branchScenario, chainIn, chainScenario } from "./chains.ts";

function replayed(scenario: Scenario, plan: PipelinePlan): number {
  const replay = assignReplay(chainIn(scenario), plan);
  if (typeof replay === "string") throw new Error(replay);
  const env = createAssignEnv({ scenario });
  let last = env.reset({ options: replay.options as Record<string, unknown> });
  for (const action of replay.actions) last = env.step(action);
  return last.info.outcome!.cost;
}

const chain = chainIn(chainScenario);
const stage = (device: number) => ({ devices: [device], share: "split" as const });
const choices = { microBatches: 2, schedule: { name: "1f1b" } };

describe("replays of", () => {
  test("plans of the grid without replicas cost the same", () => {
    const grid = gridOf(chain, [1, 2, 4, 8, 16]);
    const plain = grid.filter(({ plan }) => plan.stages.every(({ devices }) => devices.length === 1));
    expect(plain.length).toBeGreaterThan(20);
    for (const { plan } of plain) {
      const full = stagePlan(chain, plan);
      expect(replayed(chainScenario, full)).toBe(evaluator(chainScenario).evaluate(full).cost);
    }
  });

  test("stages that are apart, and several on a device, cost the same", () => {
    const apart = planOfLayers(chainIn(branchScenario), [0, 1, 1, 0, 0, 2], {
      ...choices,
      stages: [stage(3), stage(1), stage(0)],
    });
    const branches = [0, 1, 1, 2, 2, 3];
    const mixed = planOfLayers(chain, branches, {
      ...choices,
      stages: [stage(3), stage(1), stage(3), stage(0)],
    });
    for (const [scenario, plan] of [
      [branchScenario, apart],
      [chainScenario, mixed],
    ] as const) {
      const replay = assignReplay(chainIn(scenario), plan);
      if (typeof replay === "string") continue;
      expect(replayed(scenario, plan)).toBe(evaluator(scenario).evaluate(plan).cost);
    }
    expect(assignReplay(chain, mixed)).toMatchObject({
      options: { contiguity: "mixed", devices: [3, 1, 0] },
    });
  });

  test("other plans are refused with a sentence", () => {
    const whole = { from: 0, to: 6, devices: [0, 1], share: "split" } as const;
    expect(assignReplay(chain, stagePlan(chain, { ...choices, stages: [whole] }))).toBe(
      "Stage 0 of the plan has replicas; a group has one device.",
    );
    const same = planOfLayers(chain, [0, 0, 0, 1, 1, 1], { ...choices, stages: [stage(0), stage(0)] });
    expect(assignReplay(chain, same)).toMatch(/^Two stages of the plan that follow each other/);
    const turned = planOfLayers(chain, [1, 1, 1, 0, 0, 0], { ...choices, stages: [stage(0), stage(1)] });
    expect(assignReplay(chain, turned)).toBe(
      "The plan's stages are in another order than that of their first layers.",
    );
    const cut = { ...turned, stageOf: turned.stageOf.map((_, v) => v % 2) };
    expect(assignReplay(chain, cut)).toBe("The plan cuts or marks inside a layer of the chain.");
  });
});
