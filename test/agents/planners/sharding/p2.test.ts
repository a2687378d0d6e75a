import { expect, test } from "vitest";
import { p2 } from "../../../../agents/planners/sharding/p2.ts";
import { evaluator, type ShardingPlan } from "../../../../env/index.ts";
import { machinesWithCards } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../run-planner.ts";

const cluster = machinesWithCards([4, 4], { insideBytesPerUs: 100, betweenBytesPerUs: 1, shared: true });
const scenario = shardedScenario(mlp({ b: 16, k: 8, h: 32, n: 8 }), cluster);

test("sums across machines run a hierarchical program, which is faster than one ring", async () => {
  const { best, report } = await runPlanner(p2, scenario, { options: { sharding: "data-parallel" } });
  const plan = best!.plan as ShardingPlan;
  expect(plan.reductions!.map(({ axes, levels }) => [axes, levels])).toEqual([[[0], [2, 4]]]);
  expect(report.facts!.find(({ name }) => name === "sums over x")!.value).toBe(
    "reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2",
  );
  const { reductions: _, ...plain } = plan;
  expect(best!.outcome.cost).toBe(evaluator(scenario).evaluate(plan).cost);
  expect(best!.outcome.cost).toBeLessThan(evaluator(scenario).evaluate(plain).cost);
});

test("of all placements it takes the one that its estimate likes best; top lets the simulator choose", async () => {
  const options = { sharding: "data-parallel", axes: "2x4" } as const;
  const one = await runPlanner(p2, scenario, { options });
  const all = await runPlanner(p2, scenario, { options: { ...options, top: 9 } });
  expect([one.meter.spent, all.meter.spent]).toEqual([1, 2]);
  expect(all.best!.outcome.cost).toBeLessThanOrEqual(one.best!.outcome.cost);
});

test("says in a sentence which axes do not fit", async () => {
  const refusal = (options: object) => p2.refuses!(scenario, p2.options.parse(options));
  expect(refusal({ axes: "3x2" })).toBe('Axes of 3x2 do not multiply to the 8 devices of "sharded".');
  expect(refusal({ axes: "8" })).toBe("Megatron's layouts take two axes, and 8 has 1.");
  expect(refusal({ sharding: "data-parallel", axes: "2x2x2" })).toBeNull();
});
