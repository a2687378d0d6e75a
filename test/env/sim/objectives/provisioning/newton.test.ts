import { describe, expect, test } from "vitest";
import { createRng } from "../../../../../env/model/rng.ts";
import { balancedTime, newtonUnits } from "../../../../../env/sim/objectives/provisioning/newton.ts";
import { stagesOf } from "../../../../../env/sim/objectives/provisioning/problem.ts";
import { bestUnits, isWithinLimits } from "../../../../../env/sim/objectives/provisioning/provision.ts";
import {
  continuousUnits,
  floorTime,
  reachesFloor,
} from "../../../../../env/sim/objectives/provisioning/stage-time.ts";
import { randomProblem } from "./problems.ts";

const cases = Array.from({ length: 200 }, (_, i) => {
  const problem = randomProblem(`newton ${i}`, { layers: 1 + (i % 6), types: 1 + (i % 3), limits: [60, 20] });
  const rng = createRng(`types ${i}`);
  const typeOf = Int32Array.from({ length: problem.layers }, () => rng.int(problem.types));
  return { problem, stages: stagesOf(problem, typeOf) };
});

describe("Newton's provisioning", () => {
  test("finds the best time for units that are not whole", () => {
    for (const { problem, stages } of cases) {
      const costAt = (time: number) =>
        stages.reduce(
          (sum, stage) => sum + time * problem.price[stage.type] * continuousUnits(problem, stage, time),
          0,
        );
      const time = balancedTime(problem, stages);
      expect(time).toBeLessThanOrEqual(floorTime(problem));
      const others = Array.from({ length: 200 }, (_, i) => costAt((floorTime(problem) * (i + 1)) / 200));
      expect(costAt(time) * (1 - 1e-9)).toBeLessThanOrEqual(Math.min(...others));
    }
  });

  test("keeps limits and floor, and never costs less than the exact one", () => {
    let found = 0;
    for (const { problem, stages } of cases) {
      const paper = newtonUnits(problem, stages);
      if (paper === null) continue;
      found++;
      expect(isWithinLimits(problem, stages, paper.units)).toBe(true);
      expect(reachesFloor(problem, paper.time)).toBe(true);
      expect(paper.cost).toBeGreaterThanOrEqual(bestUnits(problem, stages)!.cost);
    }
    expect(found).toBeGreaterThan(50);
  });
});
