import { expect, test } from "vitest";
import {
  imitationOver,
  type limitOf,
  shareOfBudget,
} from "../../../../agents/training/lessons/imitation-settings.ts";

const over = (count: number, given: number) =>
  imitationOver({ names: Array.from({ length: count }, (_, i) => `task ${i}`) }, given);

test("all updates imitate on several tasks and none on one, unless somebody says how many", () => {
  expect([over(1, -1), over(2, -1)]).toEqual([0, Number.POSITIVE_INFINITY]);
  expect([over(1, 5), over(2, 0)]).toEqual([5, 0]);
});

test("an expert has a share of the budget within limits, the most where a clock is the budget", () => {
  const rules = { share: 1 / 200, least: 10, most: 300 };
  const shareOf = (budget: Parameters<typeof limitOf>[0]) => shareOfBudget(budget, rules);
  expect([200, 20_000, 900_000].map((simulations) => shareOf({ simulations }))).toEqual([10, 100, 300]);
  expect(shareOf({ evaluations: 20_000 })).toBe(100);
  expect(shareOf({ cpuSeconds: 5 })).toBe(300);
});
