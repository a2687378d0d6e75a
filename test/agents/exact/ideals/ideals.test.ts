import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SearchLimits, type SplitResult, searchIdeals } from "../../../../agents/exact/ideals/ideals.ts";
import { splitPlan } from "../../../../agents/problems/split/split-plan.ts";
import { type SplitProblem, splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { evaluator, testScenario } from "../../../../env/index.ts";
import { contract } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { leastOf, randomSplit, standInLine } from "../random-split.ts";

const enough: SearchLimits = { ideals: 1e6, transitions: 1e8 };

function search(
  problem: SplitProblem,
  { upperUs = Number.POSITIVE_INFINITY, floorUs = 0, limits = enough, chain = false } = {},
): SplitResult {
  const steps = searchIdeals(problem, { upperUs, floorUs, limits, chain, order: "size", dominance: null });
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

describe("the search over ideals", () => {
  test("finds the optimum of all contiguous placements (random graphs against trying everything)", () => {
    let feasible = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 5, maxAccelerators: 3 }), (scenario) => {
        const elements = contract(scenario);
        if (!elements.lossless) return;
        const problem = splitProblem(scenario, elements);
        const least = leastOf(scenario, standInLine(scenario));
        const { split, complete } = search(problem);
        expect(complete).toBe(true);
        if (least === null) {
          expect(split).toBeNull();
          return;
        }
        feasible++;
        expect(split!.valueUs).toBeCloseTo(least, 9);
        const outcome = evaluator(scenario).evaluate(splitPlan(problem, split!.stages));
        expect(outcome.value).toBeCloseTo(least, 9);
      }),
      { numRuns: drawn(300), seed: 7 },
    );
    expect(feasible).toBeGreaterThan(drawn(200));
  });

  test("finds the same with an upper value just above the optimum, and nothing at the optimum", () => {
    let compared = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 8, maxAccelerators: 3 }), (scenario) => {
        const problem = splitProblem(scenario, contract(scenario));
        const { split } = search(problem);
        if (split === null) return;
        compared++;
        expect(search(problem, { upperUs: split.valueUs + 0.5 }).split!.valueUs).toBeCloseTo(
          split.valueUs,
          9,
        );
        expect(search(problem, { upperUs: split.valueUs }).split).toBeNull();
      }),
      { numRuns: drawn(200), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(130));
  });

  test("is never beaten by the line of one topological order, and uses it up on a chain", () => {
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 3 }), (scenario) => {
        const problem = splitProblem(scenario, contract(scenario));
        const line = search(problem, { chain: true }).split?.valueUs ?? Number.POSITIVE_INFINITY;
        const all = search(problem).split?.valueUs ?? Number.POSITIVE_INFINITY;
        expect(all).toBeLessThanOrEqual(line + 1e-9);
      }),
      { numRuns: drawn(200) },
    );
    const chain = testScenario({
      graph: "a 5 1B\nb 5 1B <- a\nc 5 1B <- b\nd 5 <- c",
      objective: "max-load",
    });
    const problem = splitProblem(chain, contract(chain));
    expect(search(problem, { chain: true })).toMatchObject({ ideals: 5 });
    expect(search(problem).split!.valueUs).toBeCloseTo(10.1, 9);
  });

  test("says where a limit ended it, and can be ended from outside", () => {
    const wide = testScenario({
      graph: Array.from({ length: 16 }, (_, v) => `op${v} ${v + 1}`).join("\n"),
      devices: 3,
      objective: "max-load",
    });
    const problem = splitProblem(wide, contract(wide));
    expect(search(problem, { limits: { ideals: 20, transitions: 1e6 } }).complete).toBe(false);
    expect(search(problem, { limits: { ideals: 1e6, transitions: 20 } }).complete).toBe(false);
    expect(search(problem, { chain: true }).complete).toBe(true);
  });
});
