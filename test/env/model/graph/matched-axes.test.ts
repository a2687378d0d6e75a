import fc from "fast-check";
import { expect, test } from "vitest";
import { matchedAxes } from "../../../../env/model/graph/matched-axes.ts";

test("axes are grouped where the products of sizes agree", () => {
  expect(matchedAxes([2, 12], [2, 3, 4])).toEqual([
    { from: 0, to: 0, parts: 2 },
    { from: 1, to: 1, parts: 3 },
  ]);
  expect(matchedAxes([6, 4, 5], [4, 6, 5])).toEqual([
    { from: 0, to: 0, parts: 2 },
    { from: 2, to: 2, parts: 5 },
  ]);
  expect(matchedAxes([3, 1], [3])).toEqual([{ from: 0, to: 0, parts: 3 }]);
});

test("a part of a matched axis is the same elements in both shapes", () => {
  const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  const elements = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);
  const partOf = (sizes: readonly number[], axis: number, parts: number) => {
    const stride = elements(sizes.slice(axis + 1));
    return Array.from({ length: elements(sizes) }, (_, i) =>
      Math.floor(((Math.floor(i / stride) % sizes[axis]) * parts) / sizes[axis]),
    );
  };
  fc.assert(
    fc.property(shape, shape, (left, right) => {
      const [from, to] = [
        [...left, elements(right)],
        [elements(left), ...right],
      ];
      for (const group of matchedAxes(from, to))
        expect(partOf(from, group.from, group.parts)).toEqual(partOf(to, group.to, group.parts));
    }),
  );
});
