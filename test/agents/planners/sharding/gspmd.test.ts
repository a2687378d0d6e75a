import { expect, test } from "vitest";
import { gspmd } from "../../../../agents/planners/sharding/gspmd.ts";
import { createMeshEnv, type Scenario, type ShardingPlan, shardingReplay } from "../../../../env/index.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { runPlanner } from "../run-planner.ts";

const gpt = await resolveScenario("gpt2-124m/4xV100?layers=1&batch=4", { objective: "iteration" });

/** Kinds of dimensions that each mesh axis divides. */
function dividedKinds({ graph }: Scenario, { split, mesh }: ShardingPlan): string[][] {
  return mesh.axes.map((_, axis) => {
    const kinds = split.flatMap((own, v) => {
      const dimension = own?.findIndex((axes) => axes.includes(axis)) ?? -1;
      return dimension === -1 ? [] : [iterationOf(graph, v)!.dimensions[dimension].kind];
    });
    return [...new Set(kinds)].sort();
  });
}

test("on two mesh axes: the batch on the first, heads and inner features on the last", async () => {
  const { best, report } = await runPlanner(gspmd, gpt, { options: { mesh: "2x2" } });
  expect(dividedKinds(gpt, best!.plan as ShardingPlan)).toEqual([
    ["batch"],
    ["contraction", "feature", "head"],
  ]);
  expect(report.facts).toContainEqual({ name: "annotations", value: 8 });
});

test("its plan is replayed as actions at equal score", async () => {
  const { best } = await runPlanner(gspmd, gpt, { options: { mesh: "2x2", zero: 1 } });
  const replay = shardingReplay(gpt, best!.plan as ShardingPlan);
  if (typeof replay === "string") throw new Error(replay);
  const env = createMeshEnv({ scenario: gpt, ...replay.options });
  env.reset();
  const last = replay.actions.map((action) => env.step(action)).pop()!;
  expect(last.info.outcome!.cost).toBe(best!.outcome.cost);
});

test("other networks have the batch on all axes", async () => {
  const vgg = await resolveScenario("vgg-16/2xP100?batch=4", { objective: "iteration" });
  const { best } = await runPlanner(gspmd, vgg);
  expect(dividedKinds(vgg, best!.plan as ShardingPlan)).toEqual([["batch"]]);
});

test("annotations of one's own take their place, and a wrong one is a sentence", async () => {
  const inner = "layer_0/feed_forward/inner/matmul:feature:x";
  const { best } = await runPlanner(gspmd, gpt, { options: { annotations: inner } });
  expect(dividedKinds(gpt, best!.plan as ShardingPlan)).toEqual([["contraction", "feature"]]);
  await expect(runPlanner(gspmd, gpt, { options: { annotations: "labels:batch:q" } })).rejects.toThrow(
    'The annotation "labels:batch:q" is no op:dimension:axis of this graph; axes are x.',
  );
});
