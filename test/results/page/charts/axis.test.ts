import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearAxis, logAxis } from "../../../../results/page/charts/axis.ts";
import { drawn } from "../../../law-runs.ts";

const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

describe.each([
  ["linear", linearAxis],
  ["logarithmic", logAxis],
])("a %s axis", (_, axis) => {
  test("maps its ends to its ends, keeps order, and puts a handful of round ticks between them", () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1.01, max: 1e6, noNaN: true }), (from, ratio) => {
        const to = from * ratio;
        const { at, ticks } = axis({ from, to, start: 300, end: 10 });
        expect(at(from)).toBeCloseTo(300, 6);
        expect(at(to)).toBeCloseTo(10, 6);
        expect(ticks.length).toBeLessThanOrEqual(12);
        ticks.forEach((tick, i) => {
          expect(at(tick)).toBeGreaterThanOrEqual(10 - 1e-6);
          expect(at(tick)).toBeLessThanOrEqual(300 + 1e-6);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]);
        });
      }),
    );
  });

  test("survives a range of one point", () => {
    const { at, ticks } = axis({ from: 5, to: 5, start: 0, end: 100 });
    expect(Number.isFinite(at(5))).toBe(true);
    expect(ticks.length).toBeGreaterThan(0);
  });
});

test("ticks are the numbers a person would choose", () => {
  expect(linearAxis({ from: 0, to: 62, start: 0, end: 1 }, 8).ticks).toEqual([0, 10, 20, 30, 40, 50, 60]);
  expect(logAxis({ from: 1, to: 1000, start: 0, end: 1 }).ticks).toEqual([
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000,
  ]);
  expect(logAxis({ from: 48, to: 220, start: 0, end: 1 }).ticks).toEqual([50, 100, 150, 200]);
  expect(logAxis({ from: 48, to: 480, start: 0, end: 1 }).ticks).toEqual([50, 70, 100, 150, 200, 300]);
});

const extreme = fc.constantFrom(0, 5e-324, 1e-300, 1e-9, 1, 42, 1e15, 2 ** 53, 1e300, Number.MAX_VALUE);

describe.each([
  ["linear", linearAxis],
  ["logarithmic", logAxis],
])("a %s axis from and to 0, tiny, equal and huge values", (_, axis) => {
  test("has a few rising ticks inside its range, and a place for every value", () => {
    fc.assert(
      fc.property(extreme, extreme, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const { at, ticks } = axis({ from, to, start: 300, end: 10 });
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(12);
        ticks.forEach((tick, i) => {
          expect(tick).toBeGreaterThanOrEqual(from);
          expect(tick).toBeLessThanOrEqual(to);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]);
        });
        for (const value of [from, to, from + share * (to - from), ...ticks]) {
          expect(at(value)).toBeGreaterThanOrEqual(10 - 1e-6);
          expect(at(value)).toBeLessThanOrEqual(300 + 1e-6);
        }
      }),
      { numRuns: drawn(400) },
    );
  });

  test("has a few ticks between neighbours among the numbers", () => {
    const [from, to] = [1e15, 1e15 + 0.25];
    expect(axis({ from, to, start: 0, end: 1 }).ticks.length).toBeLessThanOrEqual(12);
  });
});
