import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rangeOf } from "../../../../env/model/layout/layout.ts";
import { coordinatesOf, placeAlong, rankCount } from "../../../../env/model/layout/mesh.ts";
import {
  evenRanges,
  isPartition,
  lengthOf,
  merged,
  passedRows,
  type Ranges,
  ratioRanges,
  scaled,
  subdivided,
  unlessEven,
  widened,
} from "../../../../env/model/layout/ranges.ts";

const text = (ranges: Ranges): string => ranges.map(({ from, to }) => `${from}-${to}`).join(" ");

test("equal parts are those of layouts, for any mesh axes", () => {
  const sizes = [2, 3, 2];
  for (const axes of [[0], [1, 0], [2, 1], [0, 1, 2]])
    for (const length of [1, 5, 7, 12])
      for (let rank = 0; rank < rankCount(sizes); rank++) {
        const at = coordinatesOf(sizes, rank);
        const own = evenRanges(length, axes, sizes)[placeAlong(axes, sizes, at)];
        const known = rangeOf(length, axes, sizes, at);
        expect(lengthOf(own)).toBe(known.to - known.from);
        if (lengthOf(own) > 0) expect(own).toEqual(known);
      }
});

describe("ratios", () => {
  test("are cut at the nearest whole index", () => {
    expect(text(ratioRanges(10, [3, 1]))).toBe("0-8 8-10");
    expect(text(ratioRanges(12, [3, 1]))).toBe("0-9 9-12");
    expect(text(ratioRanges(7, [1, 1, 1]))).toBe("0-2 2-5 5-7");
  });

  test("cut axes of other lengths in proportion, and parts in equal parts", () => {
    expect(text(scaled(ratioRanges(4, [3, 1]), 4, 32))).toBe("0-24 24-32");
    expect(text(subdivided(ratioRanges(8, [3, 1]), 2))).toBe("0-3 3-6 6-7 7-8");
    expect(text(merged(subdivided(ratioRanges(8, [3, 1]), 2), 2))).toBe("0-6 6-8");
  });

  test("that are equal parts need no list", () => {
    expect(unlessEven(ratioRanges(8, [2, 2]), 8, [0], [2])).toBeNull();
    expect(unlessEven(ratioRanges(8, [3, 1]), 8, [0], [2])).not.toBeNull();
    expect(isPartition(ratioRanges(8, [3, 1]), 8)).toBe(true);
    expect(isPartition(widened(ratioRanges(8, [3, 1]), 1, 8), 8)).toBe(false);
  });
});

test("rows of neighbours end at the border", () => {
  expect(text(widened(evenRanges(8, [0], [4]), 1, 8))).toBe("0-3 1-5 3-7 5-8");
  expect(passedRows(evenRanges(8, [0], [4]), widened(evenRanges(8, [0], [4]), 1, 8))).toEqual([
    { from: 1, to: 0, rows: 1 },
    { from: 0, to: 1, rows: 1 },
    { from: 2, to: 1, rows: 1 },
    { from: 1, to: 2, rows: 1 },
    { from: 3, to: 2, rows: 1 },
    { from: 2, to: 3, rows: 1 },
  ]);
});

test("what is passed is what each rank lacks, from one that has it", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(cuts, cuts, fc.nat({ max: 3 }), (one, two, halo) => {
      const [before, after] = [ratioRanges(17, one), widened(ratioRanges(17, two), halo, 17)];
      const passed = passedRows(before, after);
      after.forEach((wanted, place) => {
        const own = before[place];
        const kept = lengthOf({ from: Math.max(own.from, wanted.from), to: Math.min(own.to, wanted.to) });
        const got = passed.filter(({ to }) => to === place).reduce((sum, { rows }) => sum + rows, 0);
        expect(kept + got).toBe(lengthOf(wanted));
      });
      expect(
        passed.every(({ from, to, rows }) => from !== to && rows > 0 && rows <= lengthOf(before[from])),
      ).toBe(true);
    }),
  );
});
