import fc from "fast-check";
import { expect, test } from "vitest";
import { p2 } from "../../../../agents/planners/sharding/p2.ts";
import {
  createProgramEnv,
  evaluator,
  reductionReplay,
  type Scenario,
  type ShardingPlan,
} from "../../../../env/index.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { drawn } from "../../../law-runs.ts";
import { machines, machinesWithCards } from "../../sim/lower/machines.ts";
import { mlp } from "../../sim/lower/sharding/numbered-graph.ts";
import { shardingPlans } from "../../sim/lower/sharding/random-plans.ts";
import { shardedScenario } from "../../sim/lower/sharding/sharded.ts";

/** The cost of the episode of a plan. */
function playedCost(scenario: Scenario, plan: ShardingPlan): number | string {
  const replay = reductionReplay(scenario, plan);
  if (typeof replay === "string") return replay;
  const env = createProgramEnv({ scenario, ...replay.options });
  env.reset();
  const steps = replay.actions.map((action) => env.step(action));
  const last = steps[steps.length - 1];
  expect(last.terminated).toBe(true);
  return last.info.outcome!.cost;
}

test.each(["megatron", "data-parallel"])(
  "P2's programs for %s are an episode of equal cost",
  async (sharding) => {
    const cluster = machinesWithCards([2, 2], { insideBytesPerUs: 50, betweenBytesPerUs: 1, shared: true });
    const scenario = shardedScenario(mlp({ b: 8, k: 4, h: 8, n: 4 }), cluster);
    const { best } = await runPlanner(p2, scenario, {
      options: { sharding, axes: sharding === "megatron" ? "2x2" : "4" },
    });
    expect(playedCost(scenario, best!.plan as ShardingPlan)).toBe(best!.outcome.cost);
  },
);

test("a random plan costs what its episode costs, or has levels that are none of the machines", () => {
  const numbered = mlp({ b: 4, k: 3, h: 6, n: 2 });
  const scenario = shardedScenario(numbered, machines([2, 2]));
  const score = evaluator(scenario);
  let replayed = 0;
  fc.assert(
    fc.property(shardingPlans(numbered.graph, 4), (drawn) => {
      const plan: ShardingPlan = { ...drawn, sync: "overlapped" };
      const cost = playedCost(scenario, plan);
      if (typeof cost === "string") {
        expect(cost).toMatch(/^The sum over axes .* of the plan has levels .*, its machines .*\.$/);
        return;
      }
      replayed++;
      expect(cost).toBe(score.evaluate(plan).cost);
    }),
    { numRuns: drawn(60), seed: 1 },
  );
  expect(replayed).toBeGreaterThan(drawn(15));
});
