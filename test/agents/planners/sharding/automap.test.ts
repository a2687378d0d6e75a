import { expect, test } from "vitest";
import { automap } from "../../../../agents/planners/sharding/automap.ts";
import {
  createMeshEnv,
  evaluator,
  type ShardingPlan,
  shardingReplay,
  validatePlan,
} from "../../../../env/index.ts";
import { Role } from "../../../../env/model/graph/graph.ts";
import { clusterOf, limitedStack } from "../../../bench/systems/shardings/gpt-like.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../../../env/sim/lower/sharding/transformer-block.ts";
import { runPlanner } from "../run-planner.ts";

const block = transformerBlock({ b: 1, s: 8, h: 32, a: 4, d: 8, f: 128 });
const scenario = shardedScenario(block, machines([2]));
const options = { episodes: 60 };

test("finds a plan no dearer than Megatron's, which is replayed as actions at equal score", async () => {
  const { best, meter, report } = await runPlanner(automap, scenario, { options });
  const plan = best!.plan as ShardingPlan;
  validatePlan(scenario, plan);
  const split = megatron(block, 2).split.map((own, v) => (block.graph.role[v] === Role.forward ? own : null));
  const oracle = evaluator(scenario).evaluate({ ...megatron(block, 2), split }).cost;
  expect(best!.outcome.cost).toBeLessThanOrEqual(oracle);
  const known = report.facts!.find(({ name }) => name === "episodes whose plan was known")!.value;
  expect(meter.spent + Number(known)).toBe(options.episodes);
  const replay = shardingReplay(scenario, plan);
  if (typeof replay === "string") throw new Error(replay);
  const env = createMeshEnv({ scenario, ...replay.options });
  env.reset();
  const last = replay.actions.map((action) => env.step(action)).pop()!;
  expect(last.info.outcome!.cost).toBe(best!.outcome.cost);
});

test("gives the same run for the same seed, and ends with its budget", async () => {
  const runs = [];
  for (const seed of [4, 4]) {
    const { best, meter, report } = await runPlanner(automap, scenario, { options, seed });
    runs.push({ plan: best!.plan, curve: meter.curve.map(({ cost }) => cost), report });
  }
  expect(runs[0]).toEqual(runs[1]);
  const { meter } = await runPlanner(automap, scenario, { options, evaluations: 7 });
  expect(meter.spent).toBe(7);
});

test("decides on what its ranker keeps, and finds Megatron's layout of blocks that do not fit whole", async () => {
  const sizes = { b: 1, s: 128, h: 512, a: 8, d: 64, f: 2048 };
  const cluster = await clusterOf("4xV100");
  const tight = limitedStack({ sizes, layers: 3, cluster, devices: 4, memory: 1.2 });
  const search = { grouped: false, depth: 16, stop: 0.01, episodes: 6 };
  const numbers: unknown[] = [];
  for (const ranker of ["none", "decisions"]) {
    const { best, report } = await runPlanner(automap, tight.scenario, {
      options: { ...search, ranker, top: 1 },
    });
    numbers.push(report.facts!.find(({ name }) => name === "tiles that the ranker keeps")!.value);
    if (ranker !== "decisions") continue;
    const { cost } = evaluator(tight.scenario).evaluate(tight.plan);
    expect(best!.outcome.cost).toBe(cost);
  }
  // All 16 dimensions of each block and two of the input; the heads of q and the features of inner.
  expect(numbers).toEqual([3 * 16 + 2, 3 * 2]);
});

test("refuses a mesh that the cluster has not, with a sentence", async () => {
  const { best, report } = await runPlanner(automap, scenario, { options: { mesh: "2x4" } });
  expect([best, report.failure]).toEqual([
    null,
    'The mesh is "2x4", expected at most 6 sizes such as 2x4, for at most 2 devices.',
  ]);
});
