/** 2BW: two versions, a delay of one iteration at every stage, enough micro-batches. */
import { expect, test } from "vitest";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { straightShape } from "./slots.ts";
import { versionUse } from "./versions.ts";

test.each([
  [2, 2],
  [4, 4],
  [4, 9],
  [8, 8],
])("%d stages, %d micro-batches: two versions at most, staleness 1", (S, M) => {
  const shape = straightShape(S, M, 5);
  const schedule = makeSchedule({ name: "2bw" }, shape);
  const { mostHeld, staleness } = versionUse(shape, schedule);
  expect([...schedule.weightVersions]).toEqual(new Array(S).fill(2));
  expect(Math.max(...mostHeld)).toBe(2);
  for (const own of staleness) expect(new Set(own.slice(M))).toEqual(new Set([1]));
});

test("fewer micro-batches than stages are refused", () => {
  expect(() => makeSchedule({ name: "2bw" }, straightShape(4, 3))).toThrow(
    'Schedule "2bw" needs at least 4 micro-batches for two weight versions; 3 micro-batches are too few.',
  );
});
