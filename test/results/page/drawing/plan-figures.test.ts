/** Figures of a sharding: facts and collectives instead of a chart. */
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
  expect(timelineFigure(scenario, shown).markup.markup).toContain("Collectives of one batch");
});

test("a picture of a sharding is refused in a sentence", () => {
  expect(planPicture(scenario, planToJson(plan), { plan: "hand", bound: 0 })).toBe(
    "The plan of hand is a sharding, which has no chart of its own.",
  );
});
