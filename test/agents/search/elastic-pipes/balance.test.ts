import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { greedyFill, publishedFill } from "../../../../agents/search/elastic-pipes/balance.ts";
import { sumsOf } from "../../exact/cuts/sums.ts";
import { transformer, transformers } from "./transformers.ts";

const optimum = (millions: readonly number[], partitions: number) =>
  Math.max(...sumsOf(millions, minMaxLengths(millions, partitions)));

describe("PipeTransformer's greedy balance", () => {
  /**
   * By hand: the criteria are 21.75 + 0.432, 23.2 + 0.479 and 24 + 0.716. The sizes are 17.4 (22.2
   * with the next unit), 21.6 (26.4), 21.6 (26.4), and 26.4 that are left.
   */
  test("fills 25 units of 87 million parameters as computed by hand", () => {
    const found = greedyFill(transformer(12, 0.6, 2.4, 4.8), 4, 0, publishedFill);
    expect([...found.lengths]).toEqual([6, 6, 6, 7]);
    expect(found.largest).toBeCloseTo(26.4, 9);
  });

  /**
   * By hand, with 2 layers frozen: 5 frozen units of 15 million count 2.5; 72 million are left.
   * The first criterion is 18 + 0.36.
   */
  test("counts frozen parameters at 1/6 in the first partition", () => {
    const millions = transformer(12, 0.6, 2.4, 4.8);
    const { lengths } = greedyFill(millions, 4, 5, publishedFill);
    const sums = sumsOf(millions, [...lengths]);
    expect(sums[0] - 15 + 2.5).toBeLessThan(18.36);
    expect(sums[0] - 15 + 2.5 + millions[lengths[0]]).toBeGreaterThanOrEqual(18.36);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(25);
  });

  test("depends on the unit of parameters, because a mean and a variance are added", () => {
    const millions = transformer(12, 0.6, 2.4, 4.8);
    const ones = millions.map((million) => million * 1e6);
    expect([...greedyFill(ones, 4, 0, publishedFill).lengths]).toEqual([25, 0, 0, 0]);
    const mean = { ...publishedFill, criterion: "mean" } as const;
    expect(greedyFill(ones, 4, 0, mean).lengths).toEqual(greedyFill(millions, 4, 0, mean).lengths);
  });

  test.each(transformers)("is at most one unit above exact min-max: %s on 2, 4 and 8 GPUs", (_, millions) => {
    for (const partitions of [2, 4, 8]) {
      const { largest } = greedyFill(millions, partitions, 0, publishedFill);
      expect(largest - optimum(millions, partitions)).toBeLessThanOrEqual(Math.max(...millions) + 1e-9);
    }
  });

  test("covers every unit once, in every partition no more than allowed (300 sequences)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(30),
        (millions, partitions, frozen) => {
          const count = Math.min(frozen, millions.length);
          const { lengths } = greedyFill(millions, partitions, count, publishedFill);
          expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(millions.length);
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
          expect(lengths[0]).toBeGreaterThanOrEqual(count);
        },
      ),
      { numRuns: 300, seed: 14 },
    );
  });

  test("refuses what it cannot fill", () => {
    expect(() => greedyFill([1, 2], 0, 0, publishedFill)).toThrow(/at least 1/);
    expect(() => greedyFill([1, 2], 1, 3, publishedFill)).toThrow(/cannot be frozen/);
  });
});
