import fc from "fast-check";
import { expect, test } from "vitest";
import { covering, paretoOf } from "../../../../../../agents/exact/sharding/labels/frontier/covering.ts";
import { paretoPairs } from "./every-point.ts";

const none = new Int32Array(0);
const points = fc.array(
  fc
    .record({ time: fc.integer({ min: 1, max: 60 }), memory: fc.integer({ min: 1, max: 60 }) })
    .map((pair) => ({ ...pair, labels: none, ways: none })),
  { maxLength: 40 },
);

test("Pareto-optimal points are those that no other is as good as", () => {
  fc.assert(
    fc.property(points, (all) => {
      expect(paretoOf(all).map(({ memory, time }) => [memory, time])).toEqual(paretoPairs(all));
    }),
  );
});

test("a cover has both ends, and a point within the factor of each", () => {
  fc.assert(
    fc.property(points, fc.double({ min: 1, max: 2, noNaN: true }), (all, factor) => {
      const best = paretoOf(all);
      const kept = covering(all, factor);
      expect([kept[0], kept.at(-1)]).toEqual([best[0], best.at(-1)]);
      for (const { time, memory } of best)
        expect(kept.some((near) => near.time <= time * factor && near.memory <= memory * factor)).toBe(true);
    }),
  );
});

test("points that differ by rounding are one", () => {
  const sum = { time: 0.1 + 0.2, memory: 1, labels: none, ways: none };
  expect(paretoOf([sum, { ...sum, time: 0.3, memory: 1 + 1e-15 }])).toEqual([sum]);
});
