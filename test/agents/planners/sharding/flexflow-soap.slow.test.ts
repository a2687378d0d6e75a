/**
 * Lines of FlexFlow's list that take many simulations: the optimum of tiny spaces, and AlexNet on
 * slow links.
 */
import { expect, test } from "vitest";
import { flexflowSoap } from "../../../../agents/planners/sharding/flexflow-soap.ts";
import { type LevelMesh, levelMesh } from "../../../../agents/problems/sharding/mesh/level-mesh.ts";
import { strategySpace } from "../../../../agents/search/sharding/strategies.ts";
import { evaluator } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../run-planner.ts";

test("finds the exhaustive optimum of a space of few configurations on 19 of 20 seeds", async () => {
  const scenario = shardedScenario(mlp({ b: 2, k: 8, h: 16, n: 8 }), machines([2]));
  const { mesh } = levelMesh(scenario) as LevelMesh;
  const { legal, planOf } = strategySpace(scenario.graph, mesh);
  const evaluate = evaluator(scenario);
  const every = legal.reduce<number[][]>(
    (found, choices) => found.flatMap((some) => Array.from(choices, (choice) => [...some, choice])),
    [[]],
  );
  expect(every.length).toBe(3 * 3 * 4 * 3 * 4);
  const optimum = Math.min(...every.map((strategy) => evaluate.evaluate(planOf(strategy)).cost));
  let found = 0;
  for (let seed = 0; seed < 20; seed++)
    if ((await runPlanner(flexflowSoap, scenario, { seed, evaluations: 400 })).best!.outcome.cost === optimum)
      found++;
  expect(found).toBeGreaterThanOrEqual(19);
});

test("beats data parallelism 1.3 times on AlexNet with 8 devices at 12 GB/s", async () => {
  const scenario = await resolveScenario("alexnet-owt/8xP100?batch=256&objective=iteration");
  const { best, meter } = await runPlanner(flexflowSoap, scenario, { evaluations: 1500 });
  expect(meter.curve[0].cost / best!.outcome.cost).toBeGreaterThanOrEqual(1.3);
});
