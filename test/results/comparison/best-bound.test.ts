import { expect, test } from "vitest";
import { bestKnownBound } from "../../../results/comparison/best-bound.ts";
import { cell } from "../cells.ts";

test("the largest bound that anybody proved counts for all, with its argument", () => {
  const warnings: string[] = [];
  const cells = [
    cell({ method: "ilp", value: 90, plannerBound: { value: 80, argument: "branch and bound" } }),
    cell({ method: "dp", value: 95, plannerBound: { value: 70, argument: "relaxation" } }),
  ];
  expect(bestKnownBound(cells, warnings)).toEqual({ value: 80, argument: "branch and bound" });
  expect(warnings).toEqual([]);
});

test("a claim above a value that somebody found is left out with a warning", () => {
  const warnings: string[] = [];
  const cells = [
    cell({ method: "boaster", value: 90, plannerBound: { value: 89, argument: "wishful" } }),
    cell({ method: "finder", value: 80 }),
  ];
  expect(bestKnownBound(cells, warnings)).toEqual({ value: 50, argument: "critical path" });
  expect(warnings).toEqual([
    'On "tiny", "boaster" claims a bound of 89.00 us, but "finder" found 80.00 us; the claim is left out.',
  ]);
});

test("a claim that exceeds the best value by a rounding error proves it optimal", () => {
  const cells = [cell({ method: "ilp", value: 80, plannerBound: { value: 80.00001, argument: "search" } })];
  expect(bestKnownBound(cells, []).value).toBe(80);
});

test("a value below the simulator's own bound is a fault that ends the comparison", () => {
  expect(() => bestKnownBound([cell({ method: "impossible", value: 49 })], [])).toThrow(/disagree/);
});
