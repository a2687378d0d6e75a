import { expect, test } from "vitest";
import { rateText, startRates } from "../../../cli/terminal/rates.ts";

test("rates are the growth per second over the last ten seconds, unknown at the first moment", () => {
  const rates = startRates();
  expect(rates.at(5, [0, 0])).toBe(null);
  expect(rates.at(5, [10, 1])).toBe(null);
  expect(rates.at(7, [40, 3])).toEqual([20, 1.5]);
  expect(rates.at(10, [100, 5])).toEqual([20, 1]);
  // Long after a slow start only what came since then counts.
  expect(rates.at(20, [1100, 15])).toEqual([100, 1]);
  expect(rates.at(200, [1100, 15])![0]).toBe(0);
});

test("a rate has as many digits as it needs", () => {
  expect([0.4213, 12.345, 184, 12345].map(rateText)).toEqual(["0.42", "12.3", "184", "12,345"]);
});
