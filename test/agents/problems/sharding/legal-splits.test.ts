import fc from "fast-check";
import { expect, test } from "vitest";
import {
  legalChoices,
  NONE,
  splitOfChoice,
  splitRules,
} from "../../../../agents/problems/sharding/legal-splits.ts";
import { validatePlan } from "../../../../env/index.ts";
import { iterationOf, replicatedPlan } from "../../../../env/model/plan/sharding.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";

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
