import fc from "fast-check";
import { expect, test } from "vitest";
import { betaCdf, betaQuantiles, quantileAt } from "../../../../agents/search/keys/beta-quantiles.ts";
import { createRng } from "../../../../env/model/rng.ts";

const parameter = fc.double({ min: 0.05, max: 150, noNaN: true });

test("the distribution function is that of polynomials for whole parameters, and mirrors itself", () => {
  // Beta(2, 3) has 6 x^2 - 8 x^3 + 3 x^4.
  for (const x of [0.05, 0.3, 0.5, 0.77, 0.99])
    expect(betaCdf(x, 2, 3)).toBeCloseTo(6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4, 12);
  expect(betaCdf(0.25, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(0.5), 12);
  fc.assert(
    fc.property(parameter, parameter, fc.integer({ min: 1, max: 999 }), (a, b, mille) => {
      const x = mille / 1000;
      expect(betaCdf(x, a, b) + betaCdf(1 - x, b, a)).toBeCloseTo(1, 9);
    }),
  );
});

test("quantiles rise and undo the distribution function", () => {
  fc.assert(
    fc.property(parameter, parameter, (a, b) => {
      fc.pre(a !== 1 || b !== 1);
      const quantiles = betaQuantiles(a, b)!;
      const cells = quantiles.length - 1;
      for (let i = 0; i <= cells; i++) {
        if (i > 0) expect(quantiles[i]).toBeGreaterThanOrEqual(quantiles[i - 1]);
        const probability = Math.min(Math.max(i / cells, 1 / 2048), 2047 / 2048);
        // So near to 1 that the next double is another probability.
        if (quantiles[i] < 1 - 1e-6) expect(betaCdf(quantiles[i], a, b)).toBeCloseTo(probability, 8);
      }
    }),
    { numRuns: 30 },
  );
});

test("draws take one number each and have the mean and the variance of the distribution", () => {
  for (const [a, b] of [
    [0.5, 0.5],
    [2, 6],
    [40, 10],
  ]) {
    const quantiles = betaQuantiles(a, b)!;
    const rng = createRng(`${a}/${b}`);
    const draws = Array.from({ length: 20_000 }, () => quantileAt(quantiles, rng.next()));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(a / (a + b), 1);
    const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.1);
  }
});

test("Beta(1, 1) needs no table: its quantile is the number itself", () => {
  expect(betaQuantiles(1, 1)).toBe(null);
  const almost = betaQuantiles(1 + 1e-12, 1)!;
  expect(quantileAt(almost, 0.37)).toBeCloseTo(0.37, 9);
});
