import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { blockPartition } from "../../../../agents/search/lines/block-partition.ts";
import { InputError } from "../../../../env/index.ts";
import { sumsOf } from "../../exact/cuts/sums.ts";

const excessOf = (costs: readonly number[], lengths: readonly number[]) => {
  const least = Math.min(...costs);
  const sums = sumsOf(
    costs.map((cost) => cost - least),
    lengths,
  );
  return Math.max(...sums) - Math.min(...sums);
};

describe("torchgpipe's block partition", () => {
  // What the published program answers.
  test.each([
    [
      [1, 2, 3, 4, 5, 6],
      [4, 2],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      [6, 2, 2, 2],
    ],
    [
      [5, 1, 1, 1, 1, 5],
      [2, 2, 2],
    ],
    [
      [8, 1, 1, 1, 1, 1, 1, 8, 1, 1],
      [3, 3, 4],
    ],
  ])("cuts %j into blocks of %j", (costs, lengths) => {
    expect(blockPartition(costs, lengths.length)).toMatchObject({ lengths, ended: "balanced" });
  });

  test("leaves a sequence of equal costs as it starts: the last block takes the remainder", () => {
    expect(blockPartition(new Array(10).fill(1), 4).lengths).toEqual([2, 2, 2, 4]);
  });

  // The published program was stopped after two seconds on each.
  test.each([
    [[1, 10, 1, 1, 1, 1, 10, 10], 7],
    [[11, 7, 7, 11, 7, 7, 7, 7, 7, 11, 11, 7, 7, 11], 8],
    [[1, 1, 1, 1, 3, 3, 2, 50, 1], 7],
  ])("answers by the article's rule where the published program never returns: %j in %i", (costs, blocks) => {
    const { lengths, published, ended } = blockPartition(costs, blocks);
    expect({ ended, published }).toEqual({ ended: "endless", published: null });
    expect(sumsOf(costs, lengths).reduce((sum, cost) => sum + cost, 0)).toBe(
      costs.reduce((sum, cost) => sum + cost, 0),
    );
    expect(excessOf(costs, lengths)).toBeLessThanOrEqual(Math.max(...costs) - Math.min(...costs));
  });

  test("answers by that rule where the published program returns a layer in two blocks", () => {
    const costs = [11, 3, 11, 3, 3, 3, 3, 11, 11, 3];
    const { lengths, published, ended } = blockPartition(costs, 6);
    expect(ended).toBe("overlapping");
    expect(published!.map(({ start, end }) => end - start)).toEqual([1, 2, 5, 1, 0, 2]);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(costs.length);
  });

  test("makes sums that differ by at most one largest element, and never beats the exact partition (1,000 sequences)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 24 }),
        fc.integer({ min: 1, max: 6 }),
        (costs, blocks) => {
          fc.pre(blocks <= costs.length);
          const { lengths } = blockPartition(costs, blocks);
          expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(costs.length);
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
          expect(excessOf(costs, lengths)).toBeLessThanOrEqual(Math.max(...costs) - Math.min(...costs));
          const exact = Math.max(...sumsOf(costs, minMaxLengths(costs, blocks)));
          expect(exact).toBeLessThanOrEqual(Math.max(...sumsOf(costs, lengths)));
        },
      ),
      { numRuns: 1000, seed: 14 },
    );
  });

  test("refuses what it cannot cut", () => {
    expect(() => blockPartition([1, 2], 3)).toThrow(InputError);
    expect(() => blockPartition([1, 2], 0)).toThrow(InputError);
    expect(() => blockPartition([1, 2.5], 1)).toThrow(/whole number/);
    expect(() => blockPartition([1, -2], 1)).toThrow(/at least 0/);
  });
});
