import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  pairedDifference,
  pairedDifferenceByScenario,
} from "../../../results/statistics/paired-difference.ts";

const value = fc.double({ min: 0.5, max: 100, noNaN: true });
const pairs = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 6 });

describe("a paired difference", () => {
  test("is the geometric mean of the ratios less one", () => {
    expect(pairedDifference([2, 8], [1, 1]).value).toBeCloseTo(3, 12);
  });

  test("turned round is the inverse ratio, with its ends", () => {
    fc.assert(
      fc.property(pairs, (own) => {
        const there = pairedDifferenceByScenario([own]);
        const back = pairedDifferenceByScenario([own.map(([a, b]) => [b, a] as const)]);
        expect(1 + back.value).toBeCloseTo(1 / (1 + there.value), 6);
        expect(back.low).toBeLessThanOrEqual(back.high);
      }),
      { numRuns: 20 },
    );
  });

  test("stratified does not count the difference between scenarios as spread", () => {
    const steady = [
      [2, 1],
      [2, 1],
    ] as const;
    const equal = [
      [1, 1],
      [1, 1],
    ] as const;
    const { value: mean, low, high } = pairedDifferenceByScenario([steady, equal]);
    expect([low, high]).toEqual([mean, mean]);
    const together = pairedDifference([2, 2, 1, 1], [1, 1, 1, 1]);
    expect(together.high - together.low).toBeGreaterThan(0.5);
  });

  test("of one pair decides nothing", () => {
    expect(pairedDifference([90], [100])).toMatchObject({ low: -1, high: Number.POSITIVE_INFINITY });
  });

  test("of values of 0 stays finite", () => {
    expect(pairedDifference([0, 0], [0, 0]).value).toBe(0);
    expect(pairedDifference([1, 1], [0, 0]).value).toBeCloseTo(1e12, -2);
    expect(pairedDifference([0, 0], [1, 1]).value).toBeCloseTo(-1, 6);
  });
});
