import fc from "fast-check";
import { expect, test } from "vitest";
import { longestFirst } from "../../../../../agents/exact/sharding/balance/longest-first.ts";
import {
  largest,
  smallestLargestLoad,
} from "../../../../../agents/exact/sharding/balance/smallest-largest.ts";
import { weightLists } from "./weights.ts";

test("8, 7, 6, 5 and 4 go to two bins of 17 and 13", () => {
  const { binOf, loads } = longestFirst([8, 7, 6, 5, 4], 2)!;
  expect([...binOf]).toEqual([0, 1, 1, 0, 0]);
  expect([...loads]).toEqual([17, 13]);
});

test("the largest load is at most 4/3 - 1/(3 G) of the optimum", () => {
  fc.assert(
    fc.property(weightLists(8), fc.integer({ min: 1, max: 3 }), (weights, bins) => {
      const optimum = largest(smallestLargestLoad(weights, bins).loads);
      const most = (4 / 3 - 1 / (3 * bins)) * optimum;
      expect(largest(longestFirst(weights, bins)!.loads)).toBeLessThanOrEqual(most * (1 + 1e-12));
    }),
  );
});

test("no bin holds more bytes than it can, and where a weight fits nowhere there is no answer", () => {
  const memory = { bytes: [3, 3, 3], limit: 5 };
  expect(longestFirst([1, 1, 1], 2, memory)).toBeNull();
  const { binOf } = longestFirst([9, 1, 1], 2, { bytes: [1, 4, 4], limit: 5 })!;
  expect([...binOf]).toEqual([0, 1, 0]);
});
