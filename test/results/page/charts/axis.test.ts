import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearAxis, logAxis } from "../../../../results/page/charts/axis.ts";
import { labelPositions } from "../../../../results/page/charts/curves.ts";

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

test("labels keep the order of their lines and never cover each other", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 12, max: 300, noNaN: true }), { minLength: 1, maxLength: 18 }),
      (heights) => {
        const placed = labelPositions(heights);
        const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
        for (let k = 1; k < order.length; k++)
          expect(placed[order[k]] - placed[order[k - 1]]).toBeGreaterThanOrEqual(14 - 1e-9);
      },
    ),
  );
});
