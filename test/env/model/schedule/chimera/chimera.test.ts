/** Chimera: slots and idle shares by the closed forms, live micro-batches, forwards of two. */
import { describe, expect, test } from "vitest";
import { checkSchedule } from "../../../../../env/model/schedule/check/schedule-checker.ts";
import { chimeraStages } from "../../../../../env/model/schedule/chimera/layout.ts";
import type { PipelineShape } from "../../../../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../../../../env/model/schedule/index.ts";
import { runInSlots, uniformTimes } from "../slots.ts";

const shapeOf = (D: number, M: number, f = 1, groups = 1): PipelineShape => {
  const ofGroup = Array.from({ length: groups }, (_, g) =>
    chimeraStages(
      Array.from({ length: D }, (_, w) => g * D + w),
      f,
    ),
  );
  return {
    deviceCount: D * groups,
    stages: ofGroup[0].map((_, s) => ({ devices: ofGroup.flatMap((own) => own[s].devices), share: "dealt" })),
    microBatches: M,
    iterations: 1,
  };
};
const run = (shape: PipelineShape, f: number, options = {}, forward = 1, backward = 1) => {
  const schedule = makeSchedule({ name: "chimera", pairs: f, ...options }, shape);
  expect(checkSchedule(shape, schedule, { flush: true })).toEqual([]);
  return runInSlots(shape, schedule, uniformTimes(shape.stages.length, forward, backward));
};

describe("one slot a phase", () => {
  test.each([
    [4, 4, 1, 10],
    [8, 8, 1, 22],
    [16, 16, 1, 46],
    [4, 8, 1, 18],
    [8, 8, 2, 18],
    // The released generator loses cells of these.
    [2, 8, 1, 16],
    [4, 16, 2, 32],
    [8, 24, 1, 54],
    [8, 64, 4, 128],
    [12, 48, 2, 100],
  ])("D=%d, N=%d, f=%d: %d slots, idle (D - 2f)/(2fN + D - 2f)", (D, N, f, slots) => {
    const { makespan, idleShare } = run(shapeOf(D, N, f), f);
    expect(makespan).toBe(slots);
    expect(Math.abs(idleShare - (D - 2 * f) / (2 * f * N + D - 2 * f))).toBeLessThan(1e-12);
  });

  test.each([2, 4, 8, 16])("D=N=%d: from D/2 + 1 to D live micro-batches, both attained", (D) => {
    const { peakLive } = run(shapeOf(D, D), 1);
    expect(Math.min(...peakLive)).toBe(D / 2 + 1);
    expect(Math.max(...peakLive)).toBe(D);
  });

  test("a last block of fewer micro-batches is shared by both directions, one after the other by mode=code", () => {
    expect(run(shapeOf(8, 4), 1).makespan).toBe(18);
    expect(run(shapeOf(8, 4), 1, { mode: "code" }).makespan).toBe(22);
  });
});

test("with b = 2f, D=N=4 takes 16 units for 12 of work", () => {
  expect(run(shapeOf(4, 4), 1, {}, 1, 2).makespan).toBe(16);
});

describe("forwards of two micro-batches", () => {
  test.each([
    [4, 8, 1],
    [4, 16, 1],
    [6, 24, 1],
    [8, 32, 1],
    [8, 16, 2],
    [16, 64, 1],
  ])("D=%d, N=%d, f=%d and b = 2f: idle (D/f - 2) slots of 3N/2 + D/f - 2", (D, N, f) => {
    const shape = shapeOf(D, N, f);
    const slots = (3 * N) / 2 + D / f - 2;
    for (const concat of ["doubling", "halving"])
      expect(run(shape, f, { concat }, 1, 2).makespan).toBe(2 * slots);
    if (N > D) expect(run(shape, f, {}, 1, 2).makespan).toBeGreaterThan(2 * slots);
  });
});

test("two groups of workers run half of the micro-batches each", () => {
  const { makespan, peakLive } = run(shapeOf(4, 8, 1, 2), 1);
  expect(makespan).toBe(10);
  expect(peakLive).toEqual([3, 4, 4, 3, 3, 4, 4, 3]);
});

test.each([
  [shapeOf(6, 6), { pairs: 2 }, "needs a multiple of 4 stages where pairs is 2, not 6"],
  [shapeOf(4, 4), { pairs: 2 }, "needs 4 replicas of each stage"],
  [shapeOf(4, 5), { concat: "doubling" }, "needs a multiple of 2 micro-batches, not 5"],
] as const)("refuses what does not suit it", (shape, options, message) => {
  expect(() => makeSchedule({ name: "chimera", ...options }, shape)).toThrow(message);
});

test("refuses stages on other devices", () => {
  const shape = shapeOf(4, 4);
  const stages = shape.stages.map((stage, s) => (s === 2 ? { ...stage, devices: [2, 3] } : stage));
  expect(() => makeSchedule({ name: "chimera" }, { ...shape, stages })).toThrow(
    'Schedule "chimera" needs stage 2 on devices 2, 1 in this order, not 2, 3.',
  );
});
