import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ContiguousAnswer, contiguousOptimum } from "../../../agents/exact/contiguous-optimum.ts";
import { contract, contractExactly } from "../../../agents/exact/contract.ts";
import { evaluator, type Scenario } from "../../../env/index.ts";
import { leastOf, randomSplit, standInLine } from "./random-split.ts";

const limits = { ideals: 1e6, transitions: 1e8 };

function optimumOf(scenario: Scenario): ContiguousAnswer {
  const search = contiguousOptimum(scenario, limits);
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}

describe("the optimal contiguous split", () => {
  it("is that of trying everything: 300 random graphs with tight and unequal memory, lossless merging or not", () => {
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

  it("has elements without merges that cost something, where it needs them", () => {
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 2 }), (scenario) => {
        const exact = contractExactly(scenario);
        expect(exact.lossless).toBe(true);
        expect(exact.count).toBeGreaterThanOrEqual(contract(scenario).count);
      }),
      { numRuns: 100 },
    );
  });
});
