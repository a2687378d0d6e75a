/** Every contiguous plan is an episode of `Pipeline/Cuts-v1`, at the same cost. */
import { describe, expect, test } from "vitest";
import type { Method, PlannerModule } from "../../../../agents/contract.ts";
import { powersOfTwo } from "../../../../agents/problems/pipeline/micro-batches.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { gridOf } from "../../../../agents/search/pipelines/grid.ts";
import { pipelinePlanners } from "../../../../agents/selection.ts";
import { createCutsEnv, cutReplay, evaluator, type Scenario, stagePlan } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { drawnFrom } from "../../../law-runs.ts";
import { chainIn, chainScenario, hostedScenario } from "./chains.ts";

/** Cost of the episode that makes the plan. */
function replayed(scenario: Scenario, plan: PipelinePlan, layers?: number): number {
  const replay = cutReplay(chainIn(scenario, layers), plan);
  if (typeof replay === "string") throw new Error(replay);
  const env = createCutsEnv({ scenario, layers });
  let last = env.reset({ options: replay.options as Record<string, unknown> });
  for (const action of replay.actions) last = env.step(action);
  return last.info.outcome!.cost;
}

describe("replays of", () => {
  const cases = [
    ["toy chain", 192, 16],
    ["vgg-16/4xV100", 192, 4],
    ["gpt2-124m/8xA100-switch", 24, 4],
  ] as const;

  test.each(cases)("the plans of the grid cost the same on %s", async (uri, layers, mostMicroBatches) => {
    const scenario =
      uri === "toy chain" ? chainScenario : await resolveScenario(uri, { objective: "iteration" });
    const chain = chainIn(scenario, layers);
    const grid = gridOf(chain, powersOfTwo(mostMicroBatches));
    expect(grid.length).toBeGreaterThan(50);
    const stride = Math.ceil(grid.length / 12);
    for (const { plan } of grid.filter((_, i) => i % stride === 0)) {
      const full = stagePlan(chain, plan);
      expect(replayed(scenario, full, layers)).toBe(evaluator(scenario).evaluate(full).cost);
    }
  });

  const isBest = (module: Method): module is PlannerModule =>
    module.kind === "planner" && module.card.id === "best";
  const planners = [...methods.filter(isBest), ...pipelinePlanners(methods, "iteration")];

  test.each(drawnFrom(planners, "cut replays").map((module) => [module.card.id, module] as const))(
    "the plan of %s costs the same",
    async (id, module) => {
      const { best } = await runPlanner(module, chainScenario, { evaluations: 80 });
      if (best === null || best.plan.kind !== "pipeline") return expect(id).not.toBe("best");
      const replay = cutReplay(chainIn(chainScenario), best.plan);
      if (typeof replay === "string") expect(replay).toMatch(/intervals|inside a layer/);
      else expect(replayed(chainScenario, best.plan)).toBe(best.outcome.cost);
    },
  );

  const toy = chainIn(chainScenario);
  const whole = { from: 0, to: 6, devices: [0, 1, 2, 3], share: "split" } as const;
  const plans: Record<string, Parameters<typeof stagePlan>[1]> = {
    "data parallelism": { stages: [whole], microBatches: 2, schedule: { name: "gpipe" } },
    "both shares": {
      stages: [
        { from: 0, to: 2, devices: [3, 1], share: "dealt" },
        { from: 2, to: 6, devices: [0, 2], share: "split" },
      ],
      microBatches: 4,
      schedule: { name: "1f1b" },
    },
    "several stages a device": {
      stages: [0, 1, 2, 3].map((s) => ({
        from: s,
        to: s === 3 ? 6 : s + 1,
        devices: [s % 2],
        share: "split",
      })),
      microBatches: 4,
      schedule: { name: "interleaved-1f1b", chunks: 2 },
    },
    "two directions": {
      stages: [
        { from: 0, to: 3, devices: [0, 1], share: "dealt" },
        { from: 3, to: 6, devices: [1, 0], share: "dealt" },
      ],
      microBatches: 4,
      schedule: { name: "chimera", pairs: 1 },
    },
    "recomputed and swapped layers": {
      stages: [
        { from: 0, to: 4, devices: [2], share: "split", recompute: true },
        { from: 4, to: 6, devices: [1], share: "split" },
      ],
      microBatches: 2,
      schedule: { name: "zb-h1" },
      swappedLayers: Uint8Array.of(0, 0, 0, 0, 1, 0),
    },
  };

  test.each(Object.entries(plans))("%s cost the same", (_, plan) => {
    // The host is for swapped layers.
    const full = stagePlan(chainIn(hostedScenario), plan);
    expect(replayed(hostedScenario, full)).toBe(evaluator(hostedScenario).evaluate(full).cost);
  });

  test("plans that are no intervals are refused with a sentence", () => {
    const plan = stagePlan(toy, plans["both shares"]);
    const apart = { ...plan, stageOf: plan.stageOf.map((_, v) => v % 2) };
    expect(cutReplay(toy, apart)).toBe("The plan cuts or marks inside a layer of the chain.");
    const coarse = chainIn(chainScenario, 2);
    expect(cutReplay(coarse, plan)).toBe("The plan cuts or marks inside a layer of the chain.");
    const turned = { ...plan, stageOf: plan.stageOf.map((stage) => 1 - stage) };
    expect(cutReplay(toy, turned)).toBe("The plan's stages are no intervals of the chain's layers.");
  });
});
