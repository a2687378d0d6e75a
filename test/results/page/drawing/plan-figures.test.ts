/** Figures of a sharding: its step, its layouts and mesh, facts, collectives and memory. */
import { expect, test } from "vitest";
import { planToJson } from "../../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import { planFigures, timelineFigure } from "../../../../results/page/drawing/plan-figures.ts";
import { planPicture } from "../../../../results/report/figures/comparison-figures.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";

const numbered = mlp({ b: 4, k: 3, h: 6, n: 4 });
const scenario = shardedScenario(numbered, machines([2]));
/** Every forward op along its first dimension, the batch. */
const plan: ShardingPlan = {
  kind: "sharding",
  mesh: { axes: [{ name: "data", size: 2 }], devices: [0, 1] },
  split: numbered.graph.names.map((_, v) =>
    numbered.graph.role[v] === 0
      ? numbered.graph.iterations![v]!.dimensions.map((_, d) => (d === 0 ? [0] : []))
      : null,
  ),
};

test("a sharding is shown by its mesh, its collectives and its memory", () => {
  const peakBytes = [...evaluator(scenario).evaluate(plan).peakBytes];
  const shown = { plan, method: "hand", bound: 0, peakBytes };
  const { markup, explanation } = planFigures(scenario, shown);
  expect(explanation).toBeNull();
  const text = markup.markup;
  expect(text).toContain("mesh: data 2");
  expect(text).toContain("all-reduce");
  expect(text).toContain("Peak memory of each device");
  for (const title of ["Step of sharded under hand", "Layouts in sharded", "The mesh of sharded"])
    expect(text).toContain(title);
  expect(text).toContain("Where the step goes on the rank that computes longest");
  expect(timelineFigure(scenario, shown).markup.markup).toContain("Step of sharded under hand");
});

test("the picture of a sharding is its step", () => {
  const picture = planPicture(scenario, planToJson(plan), { plan: "hand", bound: 0 });
  expect(picture).toMatchObject({ svg: expect.stringContaining("Step of sharded under hand") });
});
