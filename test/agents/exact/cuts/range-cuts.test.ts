import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { largestRange, leastLargestRanges } from "../../../../agents/exact/cuts/range-cuts.ts";
import { prefixSums } from "../../../../agents/problems/prefix-sums.ts";
import { InputError } from "../../../../env/index.ts";
import { leastByProgram } from "./range-program.ts";
import { compositions, sumsOf } from "./sums.ts";

const lines = fc
  .tuple(
    fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })), {
      minLength: 1,
      maxLength: 9,
    }),
    fc.integer({ min: 1, max: 5 }),
  )
  .filter(([costs, parts]) => parts <= costs.length);

describe("cuts into ranges", () => {
  test("no cuts have a smaller largest cost, and none is empty: every cut of short lines", () => {
    fc.assert(
      fc.property(lines, ([costs, parts]) => {
        const sums = prefixSums(costs);
        const starts = leastLargestRanges(sums, parts);
        const lengths = Array.from({ length: parts }, (_, p) => starts[p + 1] - starts[p]);
        expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
        expect([starts[0], starts[parts]]).toEqual([0, costs.length]);
        const largestOf = (cut: readonly number[]) => {
          const ends = prefixSums(cut);
          return Math.max(...cut.map((_, p) => sums[ends[p + 1]] - sums[ends[p]]));
        };
        const all = [...compositions(costs.length, parts)].map(largestOf);
        expect(largestRange(sums, starts)).toBe(Math.min(...all));
      }),
      { numRuns: 300 },
    );
  });

  test("the dynamic program agrees to the last bit on a long line with a heavy tail", () => {
    const costs = Float64Array.from({ length: 20_000 }, (_, v) => 1 / (1e-4 + ((v * 0.618034) % 1)));
    const sums = prefixSums(costs);
    for (const parts of [2, 7, 16])
      expect(largestRange(sums, leastLargestRanges(sums, parts))).toBe(leastByProgram(sums, parts));
  });

  test("cuts lie near equal shares where a dear range leaves room", () => {
    const sums = prefixSums([9, 1, 1, 1, 1, 1, 1]);
    expect([...leastLargestRanges(sums, 3)]).toEqual([0, 1, 2, 7]);
    expect(sumsOf([9, 1, 1, 1, 1, 1, 1], [1, 1, 5])).toEqual([9, 1, 5]);
  });

  test("a line without costs is cut all the same", () => {
    expect([...leastLargestRanges(new Float64Array(5), 4)]).toEqual([0, 1, 2, 3, 4]);
  });

  test("refuses more ranges than the line is long", () => {
    expect(() => leastLargestRanges(prefixSums([1, 2]), 3)).toThrow(InputError);
    expect(() => leastLargestRanges(prefixSums([1, 2]), 0)).toThrow(
      "A line of 2 cannot be cut into 0 ranges of at least one each.",
    );
  });
});
