import { describe, expect, test } from "vitest";
import { cheapestPlan } from "../../../../agents/exact/provisioning/cheapest-plan.ts";
import { everyPlan } from "../../../../agents/exact/provisioning/every-plan.ts";
import { stagesOf } from "../../../../env/sim/objectives/provisioning/problem.ts";
import { bestUnits } from "../../../../env/sim/objectives/provisioning/provision.ts";
import { randomProblem } from "../../../env/sim/objectives/provisioning/problems.ts";

const cases = Array.from({ length: 300 }, (_, i) =>
  randomProblem(`plans ${i}`, { layers: 1 + (i % 5), types: 1 + (i % 3), limits: i % 2 ? [6, 3] : [20, 8] }),
);

describe("the exact plan of types", () => {
  test("costs what the best of all plans costs on 300 random problems", () => {
    let limited = 0;
    for (const problem of cases) {
      const { best } = everyPlan(problem);
      const found = cheapestPlan(problem);
      expect(found?.provisioning.cost).toBe(best?.provisioning.cost);
      if (found === null) continue;
      expect(bestUnits(problem, stagesOf(problem, found.typeOf))).toEqual(found.provisioning);
      const free = cheapestPlan({ ...problem, limit: problem.limit.map((units) => 3 * units) })!;
      limited += Number(free.provisioning.cost < found.provisioning.cost);
    }
    expect(limited).toBeGreaterThan(20);
  });

  test("is none where the floor is out of reach", () => {
    const problem = randomProblem("out of reach", { layers: 4, types: 2 });
    expect(cheapestPlan({ ...problem, floor: 1e9 })).toBe(null);
    expect(everyPlan({ ...problem, floor: 1e9 })).toEqual({ best: null, feasible: 0 });
  });
});
