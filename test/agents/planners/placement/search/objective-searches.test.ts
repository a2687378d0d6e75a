import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../../agents/contract.ts";
import { idealsDp } from "../../../../../agents/planners/placement/exact/ideals-dp.ts";
import { latencySearch } from "../../../../../agents/planners/placement/search/latency-search.ts";
import { maxLoadSearch } from "../../../../../agents/planners/placement/search/max-load-search.ts";
import { asPlacement, type Objective, testScenario } from "../../../../../env/index.ts";
import { drawn } from "../../../../law-runs.ts";
import { leastOf, randomSplit, standInLine } from "../../../exact/random-split.ts";
import { devicesOf, runPlanner } from "../../run-planner.ts";

const searches: readonly (readonly [Objective, PlannerModule, object])[] = [
  ["max-load", maxLoadSearch as PlannerModule, { steps: 40 }],
  ["latency", latencySearch as PlannerModule, {}],
];
/** 3 and 3 is possible only with a and c together, which is not contiguous. */
const sandwich = "a 2 transfer=0 1B\nb 3 transfer=0 1B <- a\nc 1 <- b";

describe.each(searches)("the search for %s", (objective, module, options) => {
  test("finds the optimum of tiny graphs, within memory, and proves no more than that", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        randomSplit({ maxOps: 9, maxClasses: 5, maxAccelerators: 3 }),
        fc.integer(),
        async (drawn, seed) => {
          const scenario = { ...drawn, objective };
          const least = leastOf(scenario, () => true);
          const { best, report } = await runPlanner(module, scenario, { options, seed });
          if (least === null) {
            expect(best).toBeNull();
            expect(report.failure).toMatch(/^No placement was found/);
            return;
          }
          if (best === null) {
            // Packing by bytes may miss what fits; then the sentence says so.
            expect(report.failure).toMatch(/^No placement was found/);
            return;
          }
          compared++;
          expect(best.outcome.value).toBeCloseTo(least, 9);
          expect(report.bound?.value ?? 0).toBeLessThanOrEqual(least);
        },
      ),
      { numRuns: drawn(25), seed: 12 },
    );
    expect(compared).toBeGreaterThan(drawn(15));
  });

  test("gives the same plan for the same seed", async () => {
    const scenario = testScenario({ graph: LANES, devices: 3, bytesPerUs: 10, objective });
    const [one, two] = [
      await runPlanner(module, scenario, { options, seed: 5 }),
      await runPlanner(module, scenario, { options, seed: 5 }),
    ];
    expect(devicesOf(one)).toEqual(devicesOf(two));
    expect(one.meter.curve.map(({ cost }) => cost)).toEqual(two.meter.curve.map(({ cost }) => cost));
  });

  test("keeps to its budget and answers with a scored plan", async () => {
    const scenario = testScenario({ graph: LANES, devices: 3, bytesPerUs: 10, objective });
    for (const evaluations of [1, 2, 3, 5]) {
      const { meter, best } = await runPlanner(module, scenario, { options, evaluations });
      expect(meter.spent).toBeLessThanOrEqual(evaluations);
      expect(best!.outcome.feasible).toBe(true);
    }
  });

  test("says what it is for where the objective is another one", async () => {
    const { best, report } = await runPlanner(module, testScenario({ graph: sandwich }));
    expect(best).toBeNull();
    expect(report.failure).toMatch(
      new RegExp(`^.* is made for the objective ${objective}; the scenario's is makespan\\.$`),
    );
  });
});

describe("max-load-search", () => {
  test("keeps to contiguous splits where it is asked to, and finds the best of nearly all tiny graphs", async () => {
    let searched = 0;
    let optimal = 0;
    await fc.assert(
      fc.asyncProperty(
        randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 3 }),
        fc.integer(),
        async (scenario, seed) => {
          // So few transitions that the program over ideals seldom proves its answer.
          const options = { contiguous: true, transitions: 25, steps: 1 };
          const isContiguous = standInLine(scenario);
          const { best, report } = await runPlanner(maxLoadSearch, scenario, { options, seed });
          if (best === null) return;
          const least = leastOf(scenario, isContiguous)!;
          const { device } = asPlacement(best.plan);
          const groupDevice = scenario.grouping.groupOf.reduce((of, group, op) => {
            of[group] = device[op];
            return of;
          }, new Int32Array(scenario.grouping.groupCount));
          expect(isContiguous(groupDevice)).toBe(true);
          expect(best.outcome.value!).toBeGreaterThanOrEqual(least - 1e-9);
          if (report.optimalAmong !== undefined) return;
          searched++;
          if (best.outcome.value! < least + 1e-9) optimal++;
        },
      ),
      { numRuns: 40, seed: 12 },
    );
    expect(searched).toBeGreaterThan(10);
    expect(optimal).toBeGreaterThan(0.9 * searched);
  });

  test("is better than any contiguous split where one is, and proves it", async () => {
    const scenario = testScenario({ graph: sandwich, objective: "max-load" });
    const contiguous = await runPlanner(idealsDp, scenario);
    const { best, report } = await runPlanner(maxLoadSearch, scenario);
    expect([contiguous.best!.outcome.value, best!.outcome.value]).toEqual([4, 3]);
    expect(report.ended).toBe("done");
  });
});

const LANES = `
  a 11 30B\nb 7 50B\nc 13 20B
  d 17 30B <- a b\ne 23 50B <- b\nf 5 20B <- c b
  g 8 <- d\nh 12 <- e f\ni 19 <- f d`;
