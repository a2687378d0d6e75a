import fc from "fast-check";
import { expect, test } from "vitest";
import { thinnedCuts } from "../../../../env/model/layers/thinned-cuts.ts";

const chain = (us: readonly number[], cutBytes: readonly number[]) => ({
  count: us.length,
  forwardUs: Float64Array.from(us),
  backwardUs: new Float64Array(us.length),
  cutBytes: Float64Array.from(cutBytes),
});

test("the dearest cuts go first, as long as layers stay short", () => {
  expect([...thinnedCuts(chain([1, 1, 1, 1], [9, 1, 9, 0]), 2)]).toEqual([0, 0, 1, 1]);
  // Merging the long layers would make one of 20 us, though their cut is dearest.
  expect([...thinnedCuts(chain([10, 10, 1, 1], [9, 1, 2, 0]), 3)]).toEqual([0, 1, 2, 2]);
});

test("numbers ascend without gaps, and at most so many are left", () => {
  const layer = fc.record({ us: fc.nat(9), bytes: fc.nat(9) });
  fc.assert(
    fc.property(
      fc.array(layer, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 12 }),
      (all, most) => {
        const number = thinnedCuts(
          chain(
            all.map(({ us }) => us),
            all.map(({ bytes }) => bytes),
          ),
          most,
        );
        expect(number[0]).toBe(0);
        for (let i = 1; i < number.length; i++) expect([0, 1]).toContain(number[i] - number[i - 1]);
        expect(number.at(-1)! + 1).toBeLessThanOrEqual(Math.max(most, 1));
        if (all.length <= most) expect(number.at(-1)).toBe(all.length - 1);
      },
    ),
    { seed: 14 },
  );
});
