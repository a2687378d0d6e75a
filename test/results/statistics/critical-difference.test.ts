import { describe, expect, test } from "vitest";
import { criticalDifference } from "../../../results/statistics/critical-difference.ts";
import { rangeQuantile } from "../../../results/statistics/distributions.ts";

/** `scenarios` tables in which the methods always come in this order. */
const inOrder = (methods: number, scenarios: number) =>
  Array.from({ length: scenarios }, () => Array.from({ length: methods }, (_, i) => 1 - i / 100));
const names = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);

describe("critical differences", () => {
  test("use Demsar's table 5 of factors", () => {
    const factors = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
    // His quantiles have two or three digits before the root of 2 divides them.
    for (const [i, factor] of factors.entries())
      expect(rangeQuantile(0.95, i + 2) / Math.SQRT2).toBeCloseTo(factor, 2);
  });

  test("part methods that always differ where there are scenarios enough", () => {
    expect(criticalDifference(names(3), inOrder(3, 12))!.groups).toEqual([["m0"], ["m1"], ["m2"]]);
    expect(criticalDifference(names(3), inOrder(3, 4))!.groups).toEqual([
      ["m0", "m1"],
      ["m1", "m2"],
    ]);
    expect(criticalDifference(names(2), inOrder(2, 2))!.groups).toEqual([["m0", "m1"]]);
  });

  test("put every method into a group, best first", () => {
    const ranks = criticalDifference(
      names(6),
      inOrder(6, 5).map((row) => [...row].reverse()),
    )!;
    expect(ranks.meanRanks.map(({ method }) => method)).toEqual(names(6).reverse());
    expect(new Set(ranks.groups.flat())).toEqual(new Set(names(6)));
    expect(ranks.groups[0][0]).toBe("m5");
  });

  test("find nothing among methods that always tie, sums of floats apart", () => {
    const tied = criticalDifference(names(3), [
      [0.3, 0.1 + 0.2, 0.3],
      [1, 1, 1],
    ])!;
    expect(tied.friedman).toEqual({ chiSquare: 0, pValue: 1 });
    expect(tied.meanRanks.map(({ meanRank }) => meanRank)).toEqual([2, 2, 2]);
    expect(tied.groups).toEqual([names(3)]);
  });

  test("need two methods and two scenarios", () => {
    expect(criticalDifference(["a"], [[1], [1]])).toBe(null);
    expect(criticalDifference(["a", "b"], [[1, 0]])).toBe(null);
  });
});
