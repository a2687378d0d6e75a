import fc from "fast-check";
import { expect, test } from "vitest";
import {
  chosenTiles,
  rankedArguments,
  rankings,
} from "../../../../../agents/search/sharding/decision-ranker/kept-tiles.ts";
import type { Tile } from "../../../../../env/model/layout/propagation/tiles.ts";
import { drawn } from "../../../../law-runs.ts";

const tile = (op: number, dimension: number): Tile => ({
  ops: [op],
  dimension,
  axis: 0,
  bytes: 4,
  isSummed: false,
});
/** Two dimensions of three arguments. */
const tiles = [tile(3, 0), tile(3, 1), tile(5, 0), tile(5, 1), tile(9, 0), tile(9, 1)];

test("an argument is as good as its best dimension; equal ones come in program order", () => {
  expect(rankedArguments(tiles, [-3, -1, -2, -2, -4, -1])).toEqual([
    [3, -1],
    [9, -1],
    [5, -2],
  ]);
});

test.each([
  ["arguments", [-3, -1, -2, -2.5, -4, -5], 1, [0, 1]],
  ["decisions", [-3, -1, -2, -2.5, -4, -5], 1, [1]],
  ["decisions", [-3, -1, 2, -2.5, -4, 1], 1, [2, 5]],
  ["decisions", [3, 1, -2, -2.5, -4, -5], 1, [0, 1]],
  ["arguments", [-3, 1, -2, -2.5, -4, 2], 1, [0, 1, 4, 5]],
] as const)("keeps the best %s, and all that are likelier than not", (ranker, scores, top, expected) => {
  expect([...chosenTiles(tiles, scores, { ranker, top })]).toEqual(expected);
});

test("keeps a tile of as many arguments as it should, and more decisions by arguments", () => {
  const scores = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 5 }), (given, top) => {
      const [, byArguments, byDecisions] = rankings.map((ranker) =>
        chosenTiles(tiles, given, { ranker, top }),
      );
      const argumentsOf = (kept: ReadonlySet<number>) => new Set([...kept].map((i) => tiles[i].ops[0]));
      expect(argumentsOf(byDecisions)).toEqual(argumentsOf(byArguments));
      expect(argumentsOf(byDecisions).size).toBeGreaterThanOrEqual(Math.min(top, 3));
      for (const i of byDecisions) expect(byArguments).toContain(i);
    }),
    { numRuns: drawn(30) },
  );
});
