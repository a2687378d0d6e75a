import { expect, test } from "vitest";
import { megatronPlan } from "../../../../../agents/problems/sharding/macros/megatron.ts";
import { meshDevices, meshOf } from "../../../../../agents/problems/sharding/mesh/meshes.ts";
import { scenarioOfUri } from "../../../../../scenarios/uri.ts";
import { collectivesOf, runSharding } from "../../../../env/sim/lower/sharding/sharded.ts";

test("Megatron's rule finds heads, columns and rows: 4 all-reduces in each layer", () => {
  const scenario = scenarioOfUri("gpt2-124m/4xV100?objective=iteration&layers=2&batch=2&tokens=32");
  const plan = megatronPlan(scenario.graph, meshOf(meshDevices(scenario), [1, 4]));
  const moved = collectivesOf(scenario, runSharding(scenario, plan)).filter(({ op }) =>
    op.startsWith("layer_"),
  );
  expect(moved.map(({ kind }) => kind)).toEqual(new Array<string>(8).fill("all-reduce"));
});

test("with a second axis the batch is divided too, and gradients of weights are summed", () => {
  const scenario = scenarioOfUri("gpt2-124m/4xV100?objective=iteration&layers=1&batch=2&tokens=32");
  const plan = megatronPlan(scenario.graph, meshOf(meshDevices(scenario), [2, 2]));
  const moved = collectivesOf(scenario, runSharding(scenario, plan)).filter(({ op }) =>
    op.startsWith("layer_"),
  );
  expect(moved.filter(({ purpose }) => purpose === "data")).toHaveLength(4);
  expect(moved.filter(({ purpose }) => purpose === "gradient").length).toBeGreaterThan(6);
});
