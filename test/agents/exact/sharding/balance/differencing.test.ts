import fc from "fast-check";
import { expect, test } from "vitest";
import { differencing } from "../../../../../agents/exact/sharding/balance/differencing.ts";
import { weightLists } from "./weights.ts";

test("8, 7, 6, 5 and 4 go to two bins that differ by 2", () => {
  expect([...differencing([8, 7, 6, 5, 4], 2).loads]).toEqual([16, 14]);
});

test("every weight is in a bin, loads are sums and descend", () => {
  fc.assert(
    fc.property(weightLists(10), fc.integer({ min: 1, max: 4 }), (weights, bins) => {
      const { binOf, loads } = differencing(weights, bins);
      const sums = new Float64Array(bins);
      weights.forEach((weight, item) => {
        sums[binOf[item]] += weight;
      });
      expect([...loads]).toEqual([...sums]);
      expect([...loads].sort((a, b) => b - a)).toEqual([...loads]);
    }),
  );
});

test("nothing to share out leaves the bins empty", () => {
  expect([...differencing([], 3).loads]).toEqual([0, 0, 0]);
});
