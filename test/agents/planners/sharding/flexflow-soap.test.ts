import { describe, expect, test } from "vitest";
import { flexflowSoap } from "../../../../agents/planners/sharding/flexflow-soap.ts";
import { type LevelMesh, levelMesh } from "../../../../agents/problems/sharding/mesh/level-mesh.ts";
import { strategySpace } from "../../../../agents/search/sharding/strategies.ts";
import { type Cluster, createRng, evaluator, type Plan } from "../../../../env/index.ts";
import { machines, slower } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../run-planner.ts";

const tiny = (cluster: Cluster = machines([2])) => shardedScenario(mlp({ b: 2, k: 8, h: 16, n: 8 }), cluster);
const run = (scenario = tiny(), seed = 1, evaluations = 300, options = {}) =>
  runPlanner(flexflowSoap, scenario, { seed, evaluations, options });

describe("FlexFlow over splits", () => {
  test("scores data parallelism first and is never worse; every proposal is an evaluation", async () => {
    const { best, last, meter } = await run(tiny(), 1, 60);
    const { mesh } = levelMesh(tiny()) as LevelMesh;
    const space = strategySpace(tiny().graph, mesh);
    const data = evaluator(tiny()).evaluate(space.planOf(space.dataParallel));
    expect(meter.curve[0].cost).toBe(data.cost);
    expect(best!.outcome.cost).toBeLessThanOrEqual(data.cost);
    expect(last).toEqual(best!.plan);
    expect([meter.evaluations, meter.simulations]).toEqual([60, 60]);
  });

  test("decides the same where all times are 1,024 times as long", async () => {
    const trace = async (times: number) => {
      const { best, meter } = await run(tiny(slower(machines([2]), times)), 5, 40);
      return {
        plan: best!.plan,
        curve: meter.curve.map(({ evaluations, cost }) => [evaluations, cost / times]),
      };
    };
    expect(await trace(1024)).toEqual(await trace(1));
  });

  test("starts at random where asked to, and gives the same run for the same seed", async () => {
    const plans: (Plan | undefined)[] = [];
    for (const seed of [3, 3, 4]) plans.push((await run(tiny(), seed, 1, { start: "random" })).best?.plan);
    expect(plans[1]).toEqual(plans[0]);
    expect(plans[2]).not.toEqual(plans[0]);
    const { mesh } = levelMesh(tiny()) as LevelMesh;
    expect(Array.from(strategySpace(tiny().graph, mesh).random(createRng(1)))).toHaveLength(5);
  });

  test("refuses one device", async () => {
    expect((await run(tiny(machines([1])))).report.failure).toMatch(/there is one\.$/);
  });
});
