import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceSet } from "../../../../../agents/exact/stages/dapple/machines.ts";
import { placeStage, policies } from "../../../../../agents/exact/stages/dapple/placements.ts";
import {
  type DappleQuestion,
  type DappleStage,
  dappleLatency,
  dapplePlan,
} from "../../../../../agents/exact/stages/dapple/planner.ts";
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
        { numRuns: 60, seed: 14 },
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
      { numRuns: 60, seed: 14 },
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

/** By trying all cuts, device counts and policies, without a memo. */
function leastLatency(question: DappleQuestion): number {
  const { ends, chain } = question;
  const sizes = ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]));
  const layers = chain.forward.length;
  let least = Number.POSITIVE_INFINITY;
  const extend = (stages: readonly DappleStage[], first: number, used: readonly number[]): void => {
    const free = sizes.reduce((sum, size, i) => sum + size - used[i], 0);
    for (let need = 1; need <= free; need++)
      for (const policy of policies) {
        const taken = placeStage(policy, sizes, used, need);
        const devices = taken.flatMap((count, i) =>
          Array.from({ length: count }, (_, k) => ends[i] - sizes[i] + used[i] + k),
        );
        const on = deviceSet(devices, ends);
        if (need === free) {
          least = Math.min(least, dappleLatency(question, [...stages, { first, end: layers, on }]));
          continue;
        }
        const after = used.map((count, i) => count + taken[i]);
        for (let end = first + 1; end < layers; end++) extend([...stages, { first, end, on }], end, after);
      }
  };
  extend(
    [],
    0,
    sizes.map(() => 0),
  );
  return least;
}
