import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leastBottleneck } from "../../../../../agents/exact/stages/hybrid/bottleneck.ts";
import { leastLatency } from "../../../../../agents/exact/stages/hybrid/latency.ts";
import {
  type StageObjective,
  type StageProblem,
  stagesValue,
} from "../../../../../agents/exact/stages/hybrid/problem.ts";
import { drawn } from "../../../../law-runs.ts";
import { leastValue, randomStages } from "./random-stages.ts";

const programs = [
  ["latency", leastLatency],
  ["bottleneck", leastBottleneck],
] as const;

describe("the hybrid program", () => {
  test.each(programs)(
    "finds the least %s of all plans: cuts, replicas, variants, memory",
    (objective, least) => {
      let [some, none] = [0, 0];
      fc.assert(
        fc.property(randomStages, (problem) => {
          const plan = least(problem);
          expect(plan?.value ?? Number.POSITIVE_INFINITY).toBe(leastValue(problem, objective));
          if (plan === null) none++;
          else {
            some++;
            expect(stagesValue(problem, plan.stages, objective)).toBe(plan.value);
          }
        }),
        { numRuns: drawn(400), seed: 14 },
      );
      expect(Math.min(some, none)).toBeGreaterThan(drawn(10));
    },
  );

  test.each(programs)("never has a greater %s with one device more", (_, least) => {
    fc.assert(
      fc.property(randomStages, (problem) => {
        const placeClass = Int32Array.from([...problem.placeClass, 0]);
        const larger = { ...problem, devices: problem.devices + 1, placeClass };
        const leastOf = (of: StageProblem) => least(of)?.value ?? Number.POSITIVE_INFINITY;
        expect(leastOf(larger)).toBeLessThanOrEqual(leastOf(problem));
      }),
      { numRuns: drawn(100), seed: 14 },
    );
  });

  test("cuts between equal machines and hides the synchronisation of the later stage", () => {
    const problem: StageProblem = {
      layers: 2,
      devices: 2,
      microBatches: 4,
      replicaCounts: [1, 2],
      placeClass: new Int32Array(2),
      variants: 1,
      cost: (first, end, _place, replicas) => ({
        fill: ((end - first) * 6) / replicas,
        period: ((end - first) * 6) / replicas,
        sync: replicas === 1 ? 0 : 10,
        hidden: 0,
        deepest: Number.POSITIVE_INFINITY,
      }),
    };
    // Two stages: 12 to fill, 3 more periods of 6. One stage on both: 4 x 6 and 10 to synchronise.
    expect(leastLatency(problem)).toEqual({
      value: 30,
      stages: [
        { first: 0, end: 1, replicas: 1, variant: 0 },
        { first: 1, end: 2, replicas: 1, variant: 0 },
      ],
    });
  });

  test("plans 32 layers on 512 devices with powers of two", () => {
    const objective: StageObjective = "latency";
    const work = Float64Array.from({ length: 33 }, (_, i) => i * 10 + ((i * 7) % 5));
    const problem: StageProblem = {
      layers: 32,
      devices: 512,
      microBatches: 64,
      replicaCounts: Array.from({ length: 10 }, (_, i) => 2 ** i),
      placeClass: new Int32Array(512),
      variants: 2,
      cost(first, end, _place, replicas, variant) {
        const time = ((work[end] - work[first]) * (1 + variant / 3)) / replicas + 0.1;
        return {
          fill: time,
          period: time,
          sync: ((end - first) * (replicas - 1)) / replicas,
          hidden: time / 2,
          deepest: variant === 1 ? 64 : Math.floor((16 * replicas) / (end - first)),
        };
      },
    };
    const plan = leastLatency(problem)!;
    expect(stagesValue(problem, plan.stages, objective)).toBe(plan.value);
    // No plan takes less time than all work spread over all devices.
    expect(plan.value).toBeGreaterThan((work[32] / 512) * 64);
  });
});
