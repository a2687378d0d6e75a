import { describe, expect, test } from "vitest";
import { createRng } from "../../../../../env/model/rng.ts";
import {
  type ProvisioningProblem,
  stagesOf,
  type TypeStage,
} from "../../../../../env/sim/objectives/provisioning/problem.ts";
import {
  bestUnits,
  isWithinLimits,
  provisioningOf,
  shortestTime,
} from "../../../../../env/sim/objectives/provisioning/provision.ts";
import { reachesFloor } from "../../../../../env/sim/objectives/provisioning/stage-time.ts";
import { randomProblem } from "./problems.ts";

/** All units of all stages up to their limits. */
function* everyUnits(problem: ProvisioningProblem, stages: readonly TypeStage[]): Generator<number[]> {
  const units = stages.map(() => 1);
  for (;;) {
    if (isWithinLimits(problem, stages, units)) yield units;
    let s = 0;
    while (s < stages.length && ++units[s] > problem.limit[stages[s].type]) units[s++] = 1;
    if (s === stages.length) return;
  }
}

const cases = Array.from({ length: 300 }, (_, i) => {
  const problem = randomProblem(`units ${i}`, { layers: 1 + (i % 5), types: 1 + (i % 3) });
  const rng = createRng(`types ${i}`);
  const typeOf = Int32Array.from({ length: problem.layers }, () => rng.int(problem.types));
  return { problem, stages: stagesOf(problem, typeOf) };
});

describe("the cheapest units", () => {
  test("are the cheapest of all on 300 random plans", () => {
    let feasible = 0;
    for (const { problem, stages } of cases) {
      let [cheapest, shortest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (const units of everyUnits(problem, stages)) {
        const { time, cost } = provisioningOf(problem, stages, units);
        shortest = Math.min(shortest, time);
        if (reachesFloor(problem, time)) cheapest = Math.min(cheapest, cost);
      }
      expect(bestUnits(problem, stages)?.cost ?? Number.POSITIVE_INFINITY).toBe(cheapest);
      expect(shortestTime(problem, stages)).toBe(shortest);
      feasible += Number(cheapest < Number.POSITIVE_INFINITY);
    }
    expect(feasible).toBeGreaterThan(50);
    expect(feasible).toBeLessThan(250);
  });

  test("are within limits and floor, and cost what they say", () => {
    for (const { problem, stages } of cases) {
      const best = bestUnits(problem, stages);
      if (best === null) continue;
      expect(isWithinLimits(problem, stages, best.units)).toBe(true);
      expect(reachesFloor(problem, best.time)).toBe(true);
      expect(provisioningOf(problem, stages, best.units)).toEqual(best);
    }
  });
});
