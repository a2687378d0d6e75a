import { describe, expect, test } from "vitest";
import { STOP } from "../../../../env/envs/sharding/mesh.ts";
import {
  checkEnv,
  createMeshEnv,
  evaluator,
  metered,
  type Scenario,
  testScenario,
} from "../../../../env/index.ts";
import { validatePlan } from "../../../../env/model/plan/plan.ts";
import { machines } from "../../sim/lower/machines.ts";
import { mlp } from "../../sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../sim/lower/sharding/sharded.ts";
import { transformerBlock } from "../../sim/lower/sharding/transformer-block.ts";

const small = shardedScenario(mlp({ b: 4, k: 4, h: 4, n: 2 }), machines([4]));
const block = shardedScenario(transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 }), machines([2]));

/** The action that divides a dimension of an op, by their names. */
function actionOf(
  scenario: Scenario,
  env: ReturnType<typeof createMeshEnv>,
  op: string,
  along: string,
  axis = 0,
) {
  const { graph } = scenario;
  return (
    1 +
    env.tiles.findIndex(
      (tile) =>
        tile.axis === axis &&
        graph.names[tile.ops[0]] === op &&
        graph.iterations![tile.ops[0]]!.dimensions[tile.dimension].name === along,
    )
  );
}

describe("Sharding/Mesh", () => {
  test("keeps the laws, with one mesh axis and with two, on arguments and on all ops", () => {
    for (const options of [{}, { mesh: "2x2" }, { mesh: "2x2", scope: "ops", zero: 3 }] as const)
      expect(
        checkEnv(() => createMeshEnv({ scenario: small, ...options })).checks.filter(({ ok }) => !ok),
      ).toEqual([]);
  });

  test("two decisions make Megatron's block; the rest follows, and stopping pays minus its cost", () => {
    const meter = metered(evaluator(block), { evaluations: 5 });
    const env = createMeshEnv({ scenario: block, evaluator: meter });
    env.reset();
    for (const [op, along] of [
      ["q", "a"],
      ["inner", "f"],
    ])
      expect(env.step(actionOf(block, env, op, along)).reward).toBe(0);
    const { reward, terminated, info } = env.step(STOP);
    expect([reward, terminated, meter.spent]).toEqual([-info.outcome!.cost, true, 1]);
    const plan = env.plan();
    validatePlan(block, plan);
    const divided = plan.split.flatMap((own, v) => (own === null ? [] : [block.graph.names[v]]));
    expect(divided.sort()).toEqual(
      ["context", "gelu", "inner", "k", "outer", "projection", "q", "scores", "softmax", "v"].sort(),
    );
    expect(env.render()).toContain("all-reduce");
  });

  test("a decision that propagation has made is no action any more; stopping always is one", () => {
    const env = createMeshEnv({ scenario: block });
    const { info } = env.reset();
    const [q, k] = ["q", "k"].map((op) => actionOf(block, env, op, "a"));
    expect([info.actionMask[STOP], info.actionMask[q], info.actionMask[k]]).toEqual([1, 1, 1]);
    const after = env.step(q);
    const { actionMask } = after.info;
    expect([actionMask[STOP], actionMask[q], actionMask[k]]).toEqual([1, 0, 0]);
    expect(() => env.step(k)).toThrow(/"a" of op "k" may not be divided by mesh axis 0 now/);
    expect(after.observation.divided[0]).toBeGreaterThan(0);
  });

  test("has nothing to divide where ops do not say what they iterate over", () => {
    const scenario = testScenario({ graph: "a 10 40B\nb 20 <- a", objective: "iteration" });
    const env = createMeshEnv({ scenario });
    env.reset();
    expect([env.actionSpace.size, env.step(STOP).terminated]).toEqual([1, true]);
  });

  test("refuses objectives that score no sharding, meshes that do not fit, and unknown scopes", () => {
    const make =
      (options: object, scenario: Scenario = small) =>
      () =>
        createMeshEnv({ scenario, ...options });
    expect(make({}, { ...small, objective: "makespan" })).toThrow(/does not score; take iteration/);
    expect(make({ mesh: "3x2" })).toThrow(/The mesh is "3x2".*for at most 4 devices/);
    expect(make({ scope: "all" })).toThrow(/scope is "all", expected arguments or ops/);
    expect(make({ zero: 7 })).toThrow(/memory.zero is 7/);
  });
});
