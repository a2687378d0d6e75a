/** Times and idle shares of schedules of equal stages against the closed forms of their papers. */
import { describe, expect, test } from "vitest";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { interleavedShape, runInSlots, straightShape, uniformTimes } from "./slots.ts";

const EXACT = 1e-12;
const RATIOS = [
  [1, 2],
  [1, 1],
  [0.7, 0.45],
] as const;

describe("equal stages, K of 1 to 16, M of 1 to 64", () => {
  const sizes = Array.from({ length: 16 }, (_, k) => k + 1);
  test.each([
    ["gpipe", 1],
    ["1f1b", 1],
    ["dapple-pa", 9],
    ["dapple-pb", 9],
  ])("%s: (M + K - 1)(f + b), idle (K - 1)/(M + K - 1)", (name, step) => {
    let worst = 0;
    for (const K of sizes)
      for (let M = 1; M <= 64; M += step) {
        const shape = straightShape(K, M);
        const schedule = makeSchedule({ name }, shape);
        const [f, b] = RATIOS[(K + M) % RATIOS.length];
        const { makespan, idleShare } = runInSlots(shape, schedule, uniformTimes(K, f, b));
        worst = Math.max(
          worst,
          Math.abs(makespan / ((M + K - 1) * (f + b)) - 1),
          Math.abs(idleShare - (K - 1) / (M + K - 1)),
        );
      }
    expect(worst).toBeLessThan(EXACT);
  });
});

test.each([
  [2, 2, 4],
  [4, 2, 8],
  [4, 3, 4],
  [8, 4, 32],
])("interleaved-1f1b, S=%d, v=%d, M=%d: (M v + S - 1)(f + b)", (S, v, M) => {
  const shape = interleavedShape(S, v, M);
  const run = runInSlots(shape, makeSchedule({ name: "interleaved-1f1b" }, shape), uniformTimes(S * v, 1, 2));
  expect(run.makespan).toBe((M * v + S - 1) * 3);
  expect(Math.abs(run.idleShare - (S - 1) / (M * v + S - 1))).toBeLessThan(EXACT);
});

test.each([
  [2, 4],
  [4, 4],
  [8, 16],
])("zb-h1, S=%d, M=%d: M (f + b + w) + (S - 1)(f + b - w)", (S, M) => {
  const shape = straightShape(S, M);
  const { makespan } = runInSlots(shape, makeSchedule({ name: "zb-h1" }, shape), uniformTimes(S, 1, 1, 1));
  expect(makespan).toBe(M * 3 + (S - 1));
});

describe("schedules without a flush", () => {
  test.each(["pipedream", "2bw"])(
    "%s: no device idles from its first backward to its last forward",
    (name) => {
      for (const [S, M] of [
        [1, 1],
        [2, 2],
        [4, 4],
        [8, 12],
        [16, 16],
      ])
        for (const [f, b] of RATIOS) {
          const shape = straightShape(S, M, 4);
          const { items } = runInSlots(shape, makeSchedule({ name }, shape), uniformTimes(S, f, b));
          for (const own of items) {
            const steady = own.slice(
              own.findIndex(({ phase }) => phase === 1),
              own.findLastIndex(({ phase }) => phase === 0) + 1,
            );
            const idle = steady.slice(1).map(({ start }, i) => start - steady[i].end);
            expect(Math.max(0, ...idle)).toBeLessThan(EXACT * steady.length * (f + b));
          }
        }
    },
  );

  test("pipedream ends a micro-batch every f + b in its steady state", () => {
    const shape = straightShape(5, 20, 2);
    const { items } = runInSlots(shape, makeSchedule({ name: "pipedream" }, shape), uniformTimes(5, 1, 2));
    const ends = items[0].filter(({ phase }) => phase === 1).map(({ end }) => end);
    // The last micro-batches drain: no forward comes between their backwards.
    const steady = ends.slice(1, -5).map((end, i) => end - ends[i]);
    expect(new Set(steady)).toEqual(new Set([3]));
  });
});

describe("most live micro-batches of stage s of S", () => {
  const peaks = (name: string, S: number, M: number, options = {}) => {
    const shape = straightShape(S, M);
    return runInSlots(shape, makeSchedule({ name, ...options }, shape), uniformTimes(S, 1, 2)).peakLive;
  };
  const stages = [0, 1, 2, 3, 4, 5];

  test.each([1, 3, 6, 20])("M=%d", (M) => {
    expect(peaks("gpipe", 6, M)).toEqual(stages.map(() => M));
    expect(peaks("1f1b", 6, M)).toEqual(stages.map((s) => Math.min(M, 6 - s)));
    expect(peaks("dapple-pa", 6, M)).toEqual(stages.map((s) => Math.min(M, 6 - s)));
    expect(peaks("dapple-pb", 6, M)).toEqual(stages.map((s) => Math.min(M, 2 * (6 - s) - 1)));
    expect(peaks("dapple-pa", 6, M, { depth: 3 })).toEqual(stages.map((s) => Math.min(M, 6 - s, 3)));
    expect(peaks("dapple-pb", 6, M, { depth: 4 })).toEqual(
      stages.map((s) => Math.min(M, 2 * (6 - s) - 1, 4)),
    );
    expect(peaks("pipedream", 6, M)).toEqual(stages.map((s) => Math.min(M, 6 - s)));
    // Split backwards free no more than whole ones: as many forwards are in flight as under 1f1b.
    expect(peaks("zb-h1", 6, M)).toEqual(stages.map((s) => Math.min(M, 6 - s)));
  });
});
