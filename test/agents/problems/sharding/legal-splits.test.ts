import fc from "fast-check";
import { expect, test } from "vitest";
import type { PlannerModule } from "../../../../agents/contract.ts";
import { flexflowSoap } from "../../../../agents/planners/sharding/flexflow-soap.ts";
import { optcnn } from "../../../../agents/planners/sharding/labels/optcnn.ts";
import {
  legalChoices,
  NONE,
  splitOfChoice,
  splitRules,
} from "../../../../agents/problems/sharding/legal-splits.ts";
import { validatePlan } from "../../../../env/index.ts";
import { iterationOf, replicatedPlan, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { convolved, windows } from "../../../env/sim/lower/sharding/windows.ts";
import { runPlanner } from "../../planners/run-planner.ts";

const numbered = mlp({ b: 4, k: 6, h: 12, n: 3 });
const { graph } = numbered;
const z = graph.names.indexOf("z");
const choicesOf = (sizes: readonly number[], v = z) =>
  legalChoices(graph, sizes, splitRules(graph, sizes), v).map((choice) => Array.from(choice));

test("an op has the configurations whose parts are equal", () => {
  const { dimensions } = iterationOf(graph, z)!;
  expect(dimensions.map(({ name, size }) => [name, size])).toEqual([
    ["b", 4],
    ["k", 6],
    ["h", 12],
  ]);
  // Two axes of 2 on b or on h, but on k only one of them.
  expect(choicesOf([2, 2])).toEqual(
    [NONE, 0, 1, 2].flatMap((one) =>
      [NONE, 0, 1, 2].filter((other) => !(one === 1 && other === 1)).map((other) => [one, other]),
    ),
  );
  expect(choicesOf([3])).toEqual([[NONE], [1], [2]]);
});

test("what is legal are the valid plans with equal parts, found by trying all", () => {
  const scenario = shardedScenario(numbered, machines([4]));
  const mesh = {
    axes: [
      { name: "a", size: 2 },
      { name: "b", size: 2 },
    ],
    devices: [0, 1, 2, 3],
  };
  const forward = ["x", "target", "z", "a", "y"].map((name) => graph.names.indexOf(name));
  fc.assert(
    fc.property(
      fc.constantFrom(...forward),
      fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }),
      (v, drawn) => {
        const iteration = iterationOf(graph, v)!;
        const choice = drawn.map((d) => (d > iteration.dimensions.length - 1 ? NONE : d));
        const split = splitOfChoice(iteration, choice);
        const even = iteration.dimensions.every(({ size }, d) => size % 2 ** split[d].length === 0);
        expect(choicesOf([2, 2], v).some((legal) => legal.join() === choice.join())).toBe(even);
        if (!even) return;
        const plan = {
          ...replicatedPlan(graph, mesh),
          split: graph.names.map((_, w) => (w === v ? split : null)),
        };
        validatePlan(scenario, plan);
      },
    ),
    { numRuns: 60 },
  );
});

test("rows of an image are divided with halos where these are asked for", () => {
  const image = windows(2, [convolved(8, { kernel: 3, stride: 1, padding: 1 })]);
  const y = image.graph.names.indexOf("y0");
  const divided = (halos: boolean) =>
    legalChoices(image.graph, [2], splitRules(image.graph, [2], { halos }), y).map(([d]) => d);
  const rows = iterationOf(image.graph, y)!.dimensions.findIndex(({ name }) => name === "rows");
  expect(divided(false)).not.toContain(rows);
  expect(divided(true)).toContain(rows);
});

test("FlexFlow and OptCNN divide rows where nothing else can be divided, if halos are asked for", async () => {
  // A batch of one, one channel: rows alone.
  const image = windows(1, [convolved(64, { kernel: 3, stride: 1, padding: 1 })]);
  const scenario = shardedScenario(image, machines([2], { insideBytesPerUs: 1e6 }));
  const y = image.graph.names.indexOf("y0");
  for (const [module, extra] of [
    [flexflowSoap, {}],
    [optcnn, { axes: 1 }],
  ] as const) {
    const run = (halos: boolean) =>
      runPlanner(module as PlannerModule, scenario, { options: { ...extra, halos }, evaluations: 60 });
    const [without, withHalos] = [await run(false), await run(true)];
    const splitIn = ({ best }: typeof without) => (best!.plan as ShardingPlan).split[y]!.flat();
    expect(splitIn(without), module.card.id).toEqual([]);
    expect(splitIn(withHalos), module.card.id).toEqual([0]);
    expect(withHalos.best!.outcome.value!).toBeLessThan(0.7 * without.best!.outcome.value!);
  }
});
