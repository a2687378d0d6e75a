import { describe, expect, test } from "vitest";
import { type PlannerModule, traitsOf } from "../../../../agents/contract.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { shardingPlanners } from "../../../../agents/selection.ts";
import { evaluator, type Scenario, validatePlan } from "../../../../env/index.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { scenarioOfUri } from "../../../../scenarios/uri.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { collectivesOf, runSharding, shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { drawnFrom } from "../../../law-runs.ts";
import { blockScenario, perceptron } from "../../problems/sharding/labels/small-networks.ts";
import { tinyPipelines } from "../../registry/tiny-pipelines.ts";
import { runPlanner } from "../run-planner.ts";

/** Neo's tables are for networks with lookups, of which none is here. */
const planners = shardingPlanners(methods).filter(({ card }) => card.id !== "neo-tables");
const search = planners.find(({ card }) => card.id === "sharding-search") as PlannerModule;
const named = (id: string) => planners.find(({ card }) => card.id === id) as PlannerModule;
const scenarios = [
  shardedScenario(perceptron([16, 32, 8], 8), machines([4])),
  shardedScenario(perceptron([64, 64], 4), machines([2, 2])),
  blockScenario({ b: 2, s: 4, h: 8, a: 2, d: 4, f: 16 }, 2),
];

const run = (module: PlannerModule, scenario: Scenario) => runPlanner(module, scenario, { evaluations: 40 });
const ran = new Map<Scenario, Map<PlannerModule, ReturnType<typeof run>>>(
  scenarios.map((scenario) => [scenario, new Map()]),
);
/** One run for all tests that look at it. */
function ranOn(module: PlannerModule, scenario: Scenario): ReturnType<typeof run> {
  const runs = ran.get(scenario)!;
  const running = runs.get(module) ?? run(module, scenario);
  runs.set(module, running);
  return running;
}

describe.each(planners.map((module) => [module.card.id, module] as const))("%s", (id, module) => {
  test.each(scenarios.map((scenario, i) => [i, scenario] as const))(
    "on network %i: a valid sharding, worth what it says, within the bound",
    async (_i, scenario) => {
      const { best, last, report } = await ranOn(module, scenario);
      // AccPar alone takes chains and no other graph, as its card says.
      if (module.card.id === "accpar" && scenario === scenarios[2]) {
        expect(report.failure).toMatch(/AccPar needs a chain of layers/);
        return;
      }
      expect(last?.kind, report.failure).toBe("sharding");
      validatePlan(scenario, best!.plan);
      expect(evaluator(scenario).evaluate(best!.plan).value).toBe(best!.outcome.value);
      expect(best!.outcome.value!).toBeGreaterThanOrEqual(evaluator(scenario).bound().value);
    },
  );

  test("gives the same run twice", async () => {
    const takes = scenarios.slice(0, 2);
    for (const scenario of drawnFrom(module.card.id === "accpar" ? takes : scenarios, `twice ${id}`)) {
      const { best, report } = await ranOn(module, scenario);
      const again = await run(module, scenario);
      expect([again.best!.plan, again.report]).toEqual([best!.plan, report]);
    }
  });

  test("refuses a scenario whose ops do not say what they iterate over", async () => {
    const { report } = await runPlanner(module, tinyPipelines[1]);
    expect(report.failure).toMatch(/what dimensions it iterates over/);
  });
});

test.each(scenarios.map((scenario, i) => [i, scenario] as const))(
  "the search is never behind a planner of shardings that draws nothing: network %i",
  async (_, scenario) => {
    const { best } = await ranOn(search, scenario);
    let compared = 0;
    for (const module of planners) {
      if (traitsOf(module).random) continue;
      const { best: other } = await ranOn(module, scenario);
      if (other === null) continue;
      expect(best!.outcome.cost, module.card.id).toBeLessThanOrEqual(other.outcome.cost);
      compared++;
    }
    expect(compared).toBeGreaterThan(6);
  },
);

test("OptCNN divides VGG's convolutions by samples and its large dense layers by channels", async () => {
  const scenario = scenarioOfUri("vgg-16/4xP100?objective=iteration");
  const { last } = await runPlanner(named("optcnn"), scenario, { options: { axes: 1 } });
  const { split } = last as ShardingPlan;
  const { names, iterations } = scenario.graph;
  const divided = (name: string) => {
    const v = names.indexOf(name);
    return iterations![v]!.dimensions.flatMap((d, i) => (split[v]![i].length > 0 ? [d.name] : []));
  };
  for (const name of ["conv_1_1", "conv_2_1", "conv_3_1"]) expect(divided(`${name}/conv`)).toEqual(["batch"]);
  for (const name of ["hidden_1", "hidden_2"]) expect(divided(`${name}/matmul`)).toEqual(["feature"]);
});

test.each([2, 4])("data parallelism on %i devices sums every gradient once, 2 (n - 1)/n of it", async (n) => {
  const scenario = shardedScenario(perceptron([16, 32, 8], 8), machines([n]));
  const { last } = await runPlanner(named("data-parallel"), scenario);
  const sums = collectivesOf(scenario, runSharding(scenario, last as ShardingPlan));
  expect(sums.map(({ kind }) => kind)).toEqual(["all-reduce", "all-reduce"]);
  for (const [i, elements] of [16 * 32, 32 * 8].entries())
    for (const bytes of sums[i].sent) expect(bytes).toBeCloseTo(((2 * (n - 1)) / n) * elements * 8);
});
