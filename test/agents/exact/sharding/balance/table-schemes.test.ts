import { expect, test } from "vitest";
import { longestFirst } from "../../../../../agents/exact/sharding/balance/longest-first.ts";
import { chosenSchemes } from "../../../../../agents/exact/sharding/balance/table-schemes.ts";

const LIMIT = Number.POSITIVE_INFINITY;
const costs = (weights: readonly number[], change: object = {}) => ({
  ranks: 2,
  costs: weights,
  bytes: weights.map(() => 1),
  hasColumns: weights.map(() => true),
  limit: LIMIT,
  ...change,
});

test("the fewest tables of most cost are divided that lessen the largest load most", () => {
  const { schemes, loads } = chosenSchemes(costs([9, 2, 2]), longestFirst, 3)!;
  expect(schemes).toEqual(["columns", 0, 1]);
  expect(loads).toEqual([6.5, 6.5]);
  expect(chosenSchemes(costs([3, 3]), longestFirst, 2)!.schemes).toEqual([0, 1]);
  expect(chosenSchemes(costs([9, 2, 2]), longestFirst, 0)!.schemes).toEqual([0, 1, 1]);
});

test("a table without a column for each rank stays whole; one without room goes by rows", () => {
  const narrow = costs([9, 2, 2], { hasColumns: [false, true, true] });
  expect(chosenSchemes(narrow, longestFirst, 3)!.schemes).toEqual([0, 1, 1]);
  const huge = costs([1, 1, 1], { bytes: [8, 1, 1], limit: 6 });
  expect(chosenSchemes(huge, longestFirst, 0)!.schemes).toEqual(["rows", 0, 1]);
});

test("where even divided tables are too much there is no answer", () => {
  expect(chosenSchemes(costs([1, 1], { bytes: [8, 8], limit: 6 }), longestFirst, 2)).toBeNull();
});
