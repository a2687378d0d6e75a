import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ContiguousAnswer,
  contiguousOptimum,
  linearOptimum,
} from "../../../../agents/exact/ideals/contiguous-optimum.ts";
import { evaluator, type Scenario } from "../../../../env/index.ts";
import { contract, contractExactly } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { leastOf, randomSplit, standInLine } from "../random-split.ts";

const limits = { ideals: 1e6, transitions: 1e8 };

function optimumOf(scenario: Scenario): ContiguousAnswer {
  const search = contiguousOptimum(scenario, limits);
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}

describe("the best split of one topological order", () => {
  test("is that of trying every cut of the order of the elements", () => {
    let feasible = 0;
    let dearer = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 9, maxClasses: 6, maxAccelerators: 3, mostLessBytes: 4 }),
        (scenario) => {
          const search = linearOptimum(scenario, limits);
          let step = search.next();
          while (step.done !== true) step = search.next();
          const { split, proven } = step.value;
          const least = leastOf(scenario, cutsTheOrder(scenario));
          expect(proven).toBe(true);
          if (least === null) {
            expect(split).toBeNull();
            return;
          }
          feasible++;
          expect(split!.valueUs).toBeCloseTo(least, 9);
          expect(evaluator(scenario).evaluate(split!.plan).value).toBeCloseTo(least, 9);
          if (optimumOf(scenario).split!.valueUs < least - 1e-9) dearer++;
        },
      ),
      { numRuns: drawn(100), seed: 4 },
    );
    expect(feasible).toBeGreaterThan(drawn(60));
    expect(dearer).toBeGreaterThan(0);
  });
});

/** Does each device hold elements of consecutive numbers, none of them in part? */
function cutsTheOrder(scenario: Scenario): (groupDevice: Int32Array) => boolean {
  const { of, count } = contract(scenario);
  return (groupDevice) => {
    const deviceOf = new Int32Array(count).fill(-1);
    for (const [op, element] of of.entries()) {
      const device = groupDevice[scenario.grouping.groupOf[op]];
      if (deviceOf[element] !== -1 && deviceOf[element] !== device) return false;
      deviceOf[element] = device;
    }
    const runs = deviceOf.filter((device, v) => v === 0 || device !== deviceOf[v - 1]);
    return new Set(runs).size === runs.length;
  };
}

describe("the optimal contiguous split", () => {
  test("is that of trying everything: 300 random graphs with tight and unequal memory, lossless merging or not", () => {
    let feasible = 0;
    let infeasible = 0;
    let lossy = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 9, maxClasses: 6, maxAccelerators: 3, mostLessBytes: 4 }),
        (scenario) => {
          const answer = optimumOf(scenario);
          const least = leastOf(scenario, standInLine(scenario));
          expect(answer.proven).toBe(true);
          if (!contract(scenario).lossless) lossy++;
          if (least === null) {
            infeasible++;
            expect(answer.split).toBeNull();
            return;
          }
          feasible++;
          expect(answer.split!.valueUs).toBeCloseTo(least, 9);
          expect(evaluator(scenario).evaluate(answer.split!.plan).value).toBeCloseTo(least, 9);
        },
      ),
      { numRuns: 300, seed: 11 },
    );
    expect(feasible).toBeGreaterThan(200);
    expect(infeasible).toBeGreaterThan(5);
    expect(lossy).toBeGreaterThan(5);
  });

  test("ended at any moment has its best split so far and a bound that holds", () => {
    let ended = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 14, maxClasses: 14, maxAccelerators: 4, mostLessBytes: 4 }),
        fc.integer({ min: 0, max: 60 }),
        fc.nat(3),
        (scenario, transitions, steps) => {
          const whole = optimumOf(scenario);
          const search = contiguousOptimum(scenario, { ideals: 1e6, transitions });
          let offered: number | null = null;
          let step = search.next();
          for (let taken = 0; step.done !== true; taken++) {
            offered = step.value?.valueUs ?? offered;
            step = search.next(taken >= steps);
          }
          const { split, proven, lowerUs, endedBy } = step.value;
          expect(endedBy === null).toBe(proven);
          expect(split?.valueUs ?? null).toBe(offered);
          expect(lowerUs).toBeLessThanOrEqual((whole.split?.valueUs ?? Number.POSITIVE_INFINITY) + 1e-9);
          if (split !== null)
            expect(evaluator(scenario).evaluate(split.plan).value).toBeCloseTo(split.valueUs, 9);
          if (proven) expect(split?.valueUs ?? null).toBe(whole.split?.valueUs ?? null);
          else ended++;
        },
      ),
      { numRuns: drawn(100), seed: 2 },
    );
    expect(ended).toBeGreaterThan(drawn(20));
  });

  test("has elements without merges that cost something, where it needs them", () => {
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 2 }), (scenario) => {
        const exact = contractExactly(scenario);
        expect(exact.lossless).toBe(true);
        expect(exact.count).toBeGreaterThanOrEqual(contract(scenario).count);
      }),
      { numRuns: drawn(100) },
    );
  });
});
