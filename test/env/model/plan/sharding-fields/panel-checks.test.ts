import { expect, test } from "vitest";
import { planFromJson, planToJson, validatePlan } from "../../../../../env/index.ts";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { checkPanels } from "../../../../../env/model/plan/sharding-fields/panel-checks.ts";
import { machines } from "../../../sim/lower/machines.ts";
import { mlp } from "../../../sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../sim/lower/sharding/sharded.ts";

const numbered = mlp({ b: 4, k: 6, h: 8, n: 2 });
const scenario = shardedScenario(numbered, machines([8]));
const at = (name: string) => numbered.graph.names.indexOf(name);
const mesh = (...sizes: number[]) => ({
  axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })),
  devices: Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, rank) => rank),
});
const split = (name: string, own: readonly (readonly number[])[]) =>
  numbered.graph.names.map((other) => (other === name ? own : null));

/** Dimensions of z are b, k and h; b is by axis 0, h by axis 1, k in panels. */
const plan: ShardingPlan = {
  kind: "sharding",
  mesh: mesh(2, 2),
  split: split("z", [[0], [], [1]]),
  panels: [{ op: at("z"), dimension: 1, axes: [0, 1] }],
};

test("a plan with panels is valid, and survives a file with ops by name", () => {
  validatePlan(scenario, plan);
  const json = planToJson(plan);
  expect(planFromJson(scenario, json, "plan")).toEqual(plan);
  const named = { ...json, panels: [{ op: "z", dimension: 1, axes: ["axis 0", "axis 1"] }] };
  expect(planFromJson(scenario, named, "plan")).toEqual(plan);
});

test.each([
  ["no such op", { panels: [{ op: 99, dimension: 1, axes: [0, 1] }] }, /Panels of the sharding name op 99/],
  ["an op that follows", { panels: [{ op: at("da"), dimension: 1, axes: [0, 1] }] }, /expected a forward op/],
  [
    "no such dimension",
    { panels: [{ op: at("z"), dimension: 7, axes: [0, 1] }] },
    /dimension 7, expected 0..2/,
  ],
  [
    "one axis twice",
    { panels: [{ op: at("z"), dimension: 1, axes: [1, 1] }] },
    /two different ones of equal/,
  ],
  ["unequal axes", { mesh: mesh(2, 4) }, /two different ones of equal size/],
  ["an axis that divides nothing", { split: split("z", [[0], [], []]) }, /its split must use both/],
  [
    "panels that are divided too",
    { mesh: mesh(2, 2, 2), split: split("z", [[0], [2], [1]]) },
    /and none for "k"/,
  ],
  ["both axes on one dimension", { split: split("z", [[0, 1], [], []]) }, /that no mesh axis of both sends/],
  ["parts that are not equal", { mesh: mesh(4, 4) }, /4 panels along "k", which do not divide its 6/],
  ["the same op twice", { panels: [...plan.panels!, ...plan.panels!] }, /panels of op "z" twice/],
])("refuses %s in a sentence", (_, change, sentence) => {
  expect(() => checkPanels(numbered.graph, { ...plan, ...(change as Partial<ShardingPlan>) })).toThrow(
    sentence,
  );
});
