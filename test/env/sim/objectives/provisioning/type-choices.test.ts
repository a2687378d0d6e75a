import { expect, test } from "vitest";
import { createRng } from "../../../../../env/model/rng.ts";
import type { ProvisioningProblem } from "../../../../../env/sim/objectives/provisioning/problem.ts";
import { stagesOf } from "../../../../../env/sim/objectives/provisioning/problem.ts";
import { typeChoices } from "../../../../../env/sim/objectives/provisioning/type-choices.ts";
import { randomProblem } from "./problems.ts";

/** Small limits, and types that cannot run some layers. */
const problems = Array.from({ length: 150 }, (_, i): ProvisioningProblem => {
  const problem = randomProblem(`choices ${i}`, { layers: 1 + (i % 5), types: 1 + (i % 3), limits: [2, 2] });
  const rng = createRng(`gaps ${i}`);
  return {
    ...problem,
    computeTime: problem.computeTime.map((time) => (rng.next() < 0.3 ? Number.POSITIVE_INFINITY : time)),
  };
});

function* everyPlan({ layers, types }: ProvisioningProblem): Generator<number[]> {
  for (let number = 0; number < types ** layers; number++)
    yield Array.from({ length: layers }, (_, layer) => Math.floor(number / types ** layer) % types);
}

const isPlan = (problem: ProvisioningProblem, typeOf: readonly number[]) => {
  const stages = stagesOf(problem, typeOf);
  return (
    stages.every(({ computeTime }) => computeTime < Number.POSITIVE_INFINITY) &&
    problem.limit.every((limit, type) => stages.filter((stage) => stage.type === type).length <= limit)
  );
};

test("A type is legal exactly where some plan goes on from it", () => {
  let barred = 0;
  for (const problem of problems) {
    const plans = [...everyPlan(problem)].filter((typeOf) => isPlan(problem, typeOf));
    const { legal, fits } = typeChoices(problem);
    for (const typeOf of everyPlan(problem)) {
      expect(fits(typeOf)).toBe(isPlan(problem, typeOf));
      for (let layer = 0; layer < problem.layers; layer++) {
        const before = typeOf.slice(0, layer);
        const goesOn = (type: number) =>
          plans.some((plan) => plan[layer] === type && before.every((own, l) => own === plan[l]));
        const expected = Array.from({ length: problem.types }, (_, type) => Number(goesOn(type)));
        expect([...legal(before)]).toEqual(expected);
        barred += Number(expected.includes(0));
      }
      expect([...legal(typeOf)]).toEqual(Array.from({ length: problem.types }, () => 0));
    }
  }
  expect(barred).toBeGreaterThan(1000);
});

test("The nearest plan fits, and is the wish where that fits", () => {
  for (const problem of problems) {
    const { legal, nearest, fits } = typeChoices(problem);
    for (const wish of everyPlan(problem)) {
      if (!legal([]).includes(1)) {
        expect(() => nearest(wish)).toThrow("No types fit the layers");
        continue;
      }
      const found = nearest(wish);
      expect(fits(found)).toBe(true);
      if (fits(wish)) expect([...found]).toEqual(wish);
    }
  }
});
