import fc from "fast-check";
import { expect, test } from "vitest";
import {
  largest,
  smallestLargestLoad,
} from "../../../../../agents/exact/sharding/balance/smallest-largest.ts";
import { weightLists } from "./weights.ts";

/** Tries every assignment. */
function bruteForce(weights: readonly number[], bins: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let code = 0; code < bins ** weights.length; code++) {
    const loads = new Float64Array(bins);
    let rest = code;
    for (const weight of weights) {
      loads[rest % bins] += weight;
      rest = Math.floor(rest / bins);
    }
    best = Math.min(best, largest(loads));
  }
  return best;
}

test("8, 7, 6, 5 and 4 go to two bins of 15", () => {
  expect([...smallestLargestLoad([8, 7, 6, 5, 4], 2).loads]).toEqual([15, 15]);
});

test("equals trying every assignment", () => {
  fc.assert(
    fc.property(weightLists(7), fc.integer({ min: 1, max: 3 }), (weights, bins) => {
      const { binOf, loads } = smallestLargestLoad(weights, bins);
      expect(largest(loads)).toBe(bruteForce(weights, bins));
      const sums = new Float64Array(bins);
      weights.forEach((weight, item) => {
        sums[binOf[item]] += weight;
      });
      expect(sums).toEqual(loads);
    }),
  );
});
