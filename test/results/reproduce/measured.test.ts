/** Ratios with intervals: their laws, and what happens to runs without a plan. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactly, levelOf, ratioOf, shareOfWay } from "../../../results/reproduce/measured.ts";

const runs = (scenarios: number, seeds: number) =>
  fc.array(fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: seeds, maxLength: seeds }), {
    minLength: scenarios,
    maxLength: scenarios,
  });
const pairs = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
  .chain(([scenarios, seeds]) => fc.tuple(runs(scenarios, seeds), runs(scenarios, seeds)));
const few = { numRuns: 25 };

describe("a ratio", () => {
  test("lies in its interval, and the other way round it is turned over", () => {
    fc.assert(
      fc.property(pairs, ([ours, theirs]) => {
        const { measured } = ratioOf(ours, theirs);
        const other = ratioOf(theirs, ours).measured!;
        expect(measured!.low).toBeLessThanOrEqual(measured!.value);
        expect(measured!.high).toBeGreaterThanOrEqual(measured!.value);
        expect(other.value * measured!.value).toBeCloseTo(1, 9);
      }),
      few,
    );
  });

  test("does not change with the unit, and is 1 against itself", () => {
    fc.assert(
      fc.property(pairs, fc.double({ min: 0.1, max: 10, noNaN: true }), ([ours, theirs], unit) => {
        const scaled = (rows: readonly number[][]) => rows.map((row) => row.map((value) => value * unit));
        const [own, other] = [ratioOf(ours, theirs), ratioOf(scaled(ours), scaled(theirs))];
        expect(other.measured!.value).toBeCloseTo(own.measured!.value, 6);
        expect(ratioOf(ours, ours).measured).toEqual({ value: 1, low: 1, high: 1 });
      }),
      few,
    );
  });

  test("of methods that draw nothing has no width", () => {
    const { measured, seeds, note } = ratioOf([[2, 2, 2]], [[4, 4, 4]]);
    expect(measured).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    expect([seeds, note]).toEqual([3, null]);
  });

  test("is a geometric mean over scenarios, each with the same weight", () => {
    expect(ratioOf([[1, 1, 1], [8]], [[1, 1, 1], [2]]).measured!.value).toBeCloseTo(2, 12);
  });

  test("leaves out pairs without a plan and says so; without any pair it is nothing", () => {
    expect(ratioOf([[2, null]], [[4, 1]])).toMatchObject({
      measured: { value: 0.5 },
      note: "1 of 2 pairs are left out: no plan fits in one of them.",
    });
    expect(ratioOf([[null]], [[3]]).measured).toBeNull();
    expect(ratioOf([[2], [null]], [[4], [1]]).measured!.value).toBe(0.5);
  });

  test("repeats to the bit", () => {
    const [ours, theirs] = [[[1, 2, 4]], [[2, 2, 2]]];
    expect(ratioOf(ours, theirs)).toEqual(ratioOf(ours, theirs));
  });
});

test("a level is the geometric mean of the values, and a single number has no width", () => {
  expect(levelOf([[2, 8]]).measured!.value).toBeCloseTo(4, 12);
  expect(exactly(7)).toEqual({ measured: { value: 7, low: 7, high: 7 }, seeds: 1, note: null });
});

describe("the share of a way", () => {
  test("is 0 at its start, 1 at its end, and a half in the middle of the logarithms", () => {
    const [start, limit] = [[[8, 16]], [[2, 4]]];
    const shares = [start, limit, [[4, 8]]].map((ours) => shareOfWay(start, ours, limit).measured);
    expect(shares).toEqual([0, 1, 0.5].map((value) => ({ value, low: value, high: value })));
  });

  test("weighs pairs by how far they can go, and is below 0 where plans are worse than the start", () => {
    expect(shareOfWay([[4, 2]], [[1, 2]], [[1, 1]]).measured!.value).toBeCloseTo(2 / 3, 12);
    expect(shareOfWay([[2]], [[4]], [[1]]).measured!.value).toBeCloseTo(-1, 12);
  });

  test("leaves out seeds without a plan, and is nothing where there is no way", () => {
    expect(shareOfWay([[4, null]], [[2, 2]], [[2, 2]])).toMatchObject({
      measured: { value: 1 },
      seeds: 2,
      note: "1 of 2 triples are left out: no plan fits in one of them.",
    });
    for (const limit of [3, 4])
      expect(shareOfWay([[3]], [[3]], [[limit]])).toMatchObject({
        measured: null,
        note: "There is no way to go.",
      });
  });
});
