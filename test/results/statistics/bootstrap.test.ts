import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../../env/model/rng.ts";
import { mean, meanInterval } from "../../../results/statistics/averages.ts";
import { bootstrap, resamplesOf } from "../../../results/statistics/bootstrap.ts";

const score = fc.double({ min: 0, max: 1, noNaN: true });
const tables = fc.array(fc.array(score, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 3 });

describe("resamples", () => {
  test("draw each cell from its own scenario, as many as there are", () => {
    const { drawn, cells, count } = resamplesOf([2, 1, 3], createRng(1), 50);
    for (let resample = 0; resample < count; resample++) {
      const row = drawn.subarray(resample * cells, (resample + 1) * cells);
      expect(row[2]).toBe(2);
      for (const cell of row.subarray(0, 2)) expect(cell).toBeLessThan(2);
      for (const cell of row.subarray(3)) expect([3, 4, 5]).toContain(cell);
    }
    expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  test("are the same for the same sizes", () => {
    expect(resamplesOf([3, 3])).toEqual(resamplesOf([3, 3]));
  });
});

describe("an interval", () => {
  test("holds what a slow bootstrap gives with the same draws", () => {
    const table = [
      [0.1, 0.9, 0.4],
      [0.7, 0.2],
    ];
    const resamples = resamplesOf([3, 2], createRng(5), 40);
    const cells = table.flat();
    const slow = Array.from({ length: 40 }, (_, i) =>
      mean(Array.from(resamples.drawn.slice(5 * i, 5 * i + 5), (cell) => cells[cell])),
    ).sort((a, b) => a - b);
    const { low, high } = bootstrap(table, mean, { range: [0, 1], resamples });
    expect([low, high]).toEqual([slow[1], slow[38]]);
  });

  test("lies within the scores, is the same each time, and of equal seeds is a point", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const { low, high } = meanInterval(table);
        expect(low).toBeGreaterThanOrEqual(Math.min(...table.flat()) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...table.flat()) + 1e-12);
        expect(meanInterval(table)).toEqual({ ...meanInterval(table), low, high });
      }),
      { numRuns: 20 },
    );
    expect(
      meanInterval([
        [0.5, 0.5],
        [1, 1],
      ]),
    ).toEqual({ value: 0.75, low: 0.75, high: 0.75 });
  });

  test("of one seed each is all that a score can be", () => {
    expect(meanInterval([[0.5], [1]])).toEqual({ value: 0.75, low: 0, high: 1 });
  });

  test("covers the truth in about 95 of 100 samples", () => {
    const rng = createRng("coverage");
    const trials = 200;
    const resamples = resamplesOf([30], createRng(0), 400);
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = meanInterval([Array.from({ length: 30 }, () => rng.next())], { resamples });
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.89);
    expect(covered / trials).toBeLessThan(0.99);
  });
});
