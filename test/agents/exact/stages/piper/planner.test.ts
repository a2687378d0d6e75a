import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExactKnapsack } from "../../../../../agents/exact/stages/piper/exact-knapsack.ts";
import { GreedyKnapsack } from "../../../../../agents/exact/stages/piper/knapsack.ts";
import { planCost } from "../../../../../agents/exact/stages/piper/plan-cost.ts";
import { piperPlan } from "../../../../../agents/exact/stages/piper/planner.ts";
import { type PiperFreedom, piperProblem } from "../../../../../agents/exact/stages/piper/problem.ts";
import { drawn } from "../../../../law-runs.ts";
import { downSetMasks, everyPlan, plainProgram } from "./plain-programs.ts";
import { randomCase } from "./random-case.ts";

const seeds = fc.integer({ min: 0, max: 1e9 });
const timeOf = (seed: number, options = {}, freedom: PiperFreedom = {}) =>
  piperPlan(piperProblem(randomCase(seed), freedom), options)!.plan?.time ?? Number.POSITIVE_INFINITY;

/** Infinite values are equal to each other alone. */
function expectSame(found: number, expected: number): void {
  if (!Number.isFinite(expected)) expect(found).toBe(expected);
  else expect(Math.abs(found / expected - 1)).toBeLessThan(1e-9);
}

describe("Piper's planner", () => {
  test("is the recurrence over all devices and sums of replicas, with either knapsack", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = piperProblem(randomCase(seed, { mostLayers: 5 }));
        expectSame(
          piperPlan(problem)!.plan?.time ?? Infinity,
          plainProgram(problem, new GreedyKnapsack(problem)),
        );
        const exact = piperPlan(problem, { knapsack: "exact" })!.plan?.time ?? Infinity;
        expectSame(exact, plainProgram(problem, new ExactKnapsack(problem)));
      }),
      { numRuns: 10 },
    );
  });

  test("is the best of all plans with the exact knapsack, also of three choices for a layer", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(2, 3), (seed, mostChoices) => {
        const problem = piperProblem(randomCase(seed, { mostLayers: 5, mostChoices }));
        expectSame(piperPlan(problem, { knapsack: "exact" })!.plan?.time ?? Infinity, everyPlan(problem));
      }),
      { numRuns: drawn(40) },
    );
  });

  test("is never better with the greedy knapsack than with the exact one, and finds a plan where it does", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [greedy, exact] = [timeOf(seed), timeOf(seed, { knapsack: "exact" })];
        expect(Number.isFinite(greedy)).toBe(Number.isFinite(exact));
        if (Number.isFinite(exact)) expect(greedy).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
      }),
      { numRuns: drawn(40) },
    );
  });

  test("is never faster without replicas, tensor parallelism or recomputation", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const least = timeOf(seed, { knapsack: "exact" }) * (1 - 1e-12);
        for (const option of ["dataParallel", "tensorParallel", "recompute"])
          expect(timeOf(seed, { knapsack: "exact" }, { [option]: false })).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: drawn(40) },
    );
  });

  test("gives a plan that the evaluator values alike, and that fits", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom("greedy" as const, "exact" as const), (seed, knapsack) => {
        const problem = piperProblem(randomCase(seed));
        const { plan, downSets } = piperPlan(problem, { knapsack })!;
        expect(downSets).toBe(downSetMasks(problem).length);
        if (plan === null) return;
        const { time, fits, devices } = planCost(problem, plan.stages);
        expect(fits).toBe(true);
        expect(devices).toBeLessThanOrEqual(problem.devices);
        expectSame(plan.time, time);
      }),
      { numRuns: drawn(50) },
    );
  });

  test("says where there are more down-sets than it may look at", () => {
    const layers = Array.from({ length: 6 }, () => new Map([[1, [choice(1)]]]));
    const problem = piperProblem({ ...base, layers, edges: [] });
    expect(piperPlan(problem, { mostDownSets: 63 })).toBeUndefined();
    expect(piperPlan(problem, { mostDownSets: 64 })).toMatchObject({ downSets: 64, plan: { time: 3 } });
  });
});

const base = { devices: 2, microBatches: 2, memoryBytes: 100, bytesPerTime: 1 };
const choice = (time: number) => ({
  time,
  weightBytes: 0,
  bytesInFlight: 1,
  bytesFixed: 1,
  recomputes: false,
});
