import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeStage, type policies } from "../../../../../agents/exact/stages/dapple/placements.ts";
import { dappleLatency, dapplePlan } from "../../../../../agents/exact/stages/dapple/planner.ts";
import { drawn } from "../../../../law-runs.ts";
import { leastLatency } from "./every-plan.ts";
import { randomQuestion } from "./random-chain.ts";

describe("DAPPLE's planner", () => {
  test.each([1, Number.POSITIVE_INFINITY])(
    "finds the best of all plans under the policies, %d kept",
    (kept) => {
      fc.assert(
        fc.property(randomQuestion, (question) => {
          const plan = dapplePlan({ ...question, kept })!;
          expect(plan.latency).toBe(leastLatency(question));
          expect(dappleLatency(question, plan.stages)).toBe(plan.latency);
        }),
        { numRuns: drawn(60), seed: 14 },
      );
    },
  );

  test("uses every device once and every layer once", () => {
    fc.assert(
      fc.property(randomQuestion, (question) => {
        const { stages } = dapplePlan(question)!;
        const devices = stages.flatMap(({ on }) => on.devices).sort((a, b) => a - b);
        expect(devices).toEqual([...Array(question.ends[question.ends.length - 1]).keys()]);
        expect(stages[0].first).toBe(0);
        expect(stages.slice(1).map(({ first }) => first)).toEqual(stages.slice(0, -1).map(({ end }) => end));
        expect(stages[stages.length - 1].end).toBe(question.chain.forward.length);
      }),
      { numRuns: drawn(60), seed: 14 },
    );
  });

  test("places a stage on fresh, on used, or on all machines", () => {
    const place = (policy: (typeof policies)[number], used: number[], need: number) =>
      placeStage(policy, [4, 4, 4], used, need);
    expect(place("fresh", [1, 0, 0], 5)).toEqual([0, 4, 1]);
    expect(place("append", [0, 1, 2], 4)).toEqual([0, 3, 1]);
    expect(place("scatter", [0, 0, 0], 4)).toEqual([2, 1, 1]);
    expect(place("scatter", [1, 0, 3], 3)).toEqual([2, 0, 1]);
    expect(place("append", [3, 4, 0], 3)).toEqual([1, 0, 2]);
  });
});
