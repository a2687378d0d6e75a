import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearCost } from "../../../../agents/search/lines/linear-cost.ts";
import { createRng } from "../../../../env/index.ts";

/** The cost that was fitted to so many measurements of planted weights. */
function fitted(planted: readonly number[], count: number, noise: number, seed: number) {
  const rng = createRng(seed);
  const cost = linearCost(planted.length);
  for (let i = 0; i < count; i++) {
    const x = planted.map(() => 1 + 99 * rng.next());
    const exact = x.reduce((sum, of, k) => sum + of * planted[k], 0);
    cost.observe(x, exact * (1 + noise * (2 * rng.next() - 1)));
  }
  return cost.weights();
}

describe("a learned linear cost", () => {
  test("recovers planted weights, zeros among them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 10, noNaN: true })), {
          minLength: 5,
          maxLength: 5,
        }),
        fc.nat(),
        (planted, seed) => {
          const weights = fitted(planted, 400, 0, seed);
          const scale = Math.max(...planted);
          planted.forEach((weight, k) => {
            expect(Math.abs(weights[k] - weight)).toBeLessThanOrEqual(0.001 * scale);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test("recovers them within a tenth under noise of 5%", () => {
    const planted = [3, 0.5, 1, 2, 0.8];
    fitted(planted, 400, 0.05, 1).forEach((weight, k) => {
      expect(Math.abs(weight / planted[k] - 1)).toBeLessThan(0.1);
    });
  });

  test("has no weight below 0, though plain least squares would", () => {
    const cost = linearCost(2);
    for (const [x, y, us] of [
      [1, 1, 1],
      [1, 2, 0.5],
      [2, 1, 2.5],
    ])
      cost.observe([x, y], us);
    const [first, second] = cost.weights();
    expect(second).toBe(0);
    expect(first).toBeCloseTo(6.5 / 6, 2);
  });

  test("shares a cost between features that cannot be told apart", () => {
    const cost = linearCost(2);
    for (const x of [1, 2, 3]) cost.observe([x, 10 * x], 4 * x);
    const [first, second] = cost.weights();
    expect(first + 10 * second).toBeCloseTo(4, 2);
    expect(first).toBeCloseTo(10 * second, 6);
  });

  test("knows nothing before the first measurement, and nothing of a feature that is always 0", () => {
    expect([...linearCost(3).weights()]).toEqual([0, 0, 0]);
    const cost = linearCost(2);
    cost.observe([2, 0], 6);
    expect(cost.weights()[1]).toBe(0);
    expect(cost.weights()[0]).toBeCloseTo(3, 1);
  });
});
