import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockPartition } from "../../../../agents/search/lines/block-partition.ts";
import { partitionChain } from "../../../../agents/search/lines/chain-partition.ts";
import { InputError } from "../../../../env/index.ts";

const sumsOf = (costs: readonly number[], lengths: readonly number[]): number[] => {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return costs.slice(at - length, at).reduce((sum, cost) => sum + cost, 0);
  });
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
    expect(blockPartition(costs, lengths.length)).toEqual(lengths);
  });

  test("leaves a sequence of equal costs as it starts: the last block takes the remainder", () => {
    expect(blockPartition(new Array(10).fill(1), 4)).toEqual([2, 2, 2, 4]);
  });

  // Where a block takes from an empty one, the published program has no answer or never ends.
  test.each([
    [[1, 1, 1, 2, 55], 4],
    [[48, 3, 3, 3, 25, 57, 26, 30, 3], 6],
    [[1, 1, 1, 1, 1, 6, 6], 6],
  ])("takes nothing from an empty block: %j in %i", (costs, blocks) => {
    const lengths = blockPartition(costs, blocks);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(costs.length);
  });

  test("ends where only rounding keeps two sums more than one largest element apart", () => {
    expect(blockPartition([5, 3, 1, 3, 6, 4, 4, 1, 2, 2], 2)).toHaveLength(2);
  });

  test("makes sums that differ by at most one largest element, and never beats the exact partition (1,000 sequences)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 24 }),
        fc.integer({ min: 1, max: 6 }),
        (costs, blocks) => {
          fc.pre(blocks <= costs.length);
          const lengths = blockPartition(costs, blocks);
          expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(costs.length);
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
          const sums = sumsOf(costs, lengths);
          const times = Float64Array.from(costs.flatMap((cost) => new Array(blocks).fill(cost)));
          const exact = partitionChain(times, blocks)!;
          const exactSums = Array.from({ length: blocks }, (_, b) =>
            costs.reduce((sum, cost, i) => sum + (exact[i] === b ? cost : 0), 0),
          );
          expect(Math.max(...exactSums)).toBeLessThanOrEqual(Math.max(...sums));
          const least = Math.min(...costs);
          const spread = Math.max(...costs) - least;
          if (spread === 0) return;
          const scaled = sumsOf(
            costs.map((cost) => (cost - least) / spread),
            lengths,
          );
          expect(Math.max(...scaled) - Math.min(...scaled)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("refuses what it cannot cut", () => {
    expect(() => blockPartition([1, 2], 3)).toThrow(InputError);
    expect(() => blockPartition([1, 2], 0)).toThrow(InputError);
  });
});
