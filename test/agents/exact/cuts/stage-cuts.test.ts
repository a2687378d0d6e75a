import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evenLengths, minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { InputError } from "../../../../env/index.ts";
import { compositions, sumsOf } from "./sums.ts";

describe("GPipe's partitions", () => {
  test("even layers: lengths differ by at most one", () => {
    expect(evenLengths(10, 4)).toEqual([3, 3, 2, 2]);
    expect(evenLengths(3, 3)).toEqual([1, 1, 1]);
  });

  test("min-max: the least largest cost of all partitions, and then the least variance (500 sequences)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (costs, stages) => {
          fc.pre(stages <= costs.length);
          const lengths = minMaxLengths(costs, stages);
          expect(lengths).toHaveLength(stages);
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
          const all = [...compositions(costs.length, stages)].map((cut) => sumsOf(costs, cut));
          const least = Math.min(...all.map((sums) => Math.max(...sums)));
          const squares = (sums: readonly number[]) => sums.reduce((sum, of) => sum + of * of, 0);
          const even = all.filter((sums) => Math.max(...sums) === least).map(squares);
          const found = sumsOf(costs, lengths);
          expect(Math.max(...found)).toBe(least);
          expect(squares(found)).toBe(Math.min(...even));
        },
      ),
      { numRuns: 500, seed: 14 },
    );
  });

  test("one layer of most of the cost decides; the others are cut evenly", () => {
    expect(minMaxLengths([1, 1, 1, 1, 100, 1, 1], 4)).toEqual([2, 2, 1, 2]);
  });

  test("refuses more stages than layers", () => {
    expect(() => evenLengths(2, 3)).toThrow(InputError);
    expect(() => minMaxLengths([1, 2], 3)).toThrow(InputError);
    expect(() => minMaxLengths([1, 2], 0)).toThrow(InputError);
  });
});
