import { expect, test } from "vitest";
import { PLACEMENTS } from "../../../env/sim/bounds/best.ts";
import { bestKnownBound, kindsOf } from "../../../results/cells/best-bound.ts";
import { cell } from "../cells.ts";

test("the largest bound that anybody proved counts for all, with its argument", () => {
  const warnings: string[] = [];
  const cells = [
    cell({
      method: "ilp",
      value: 90,
      plannerBound: { value: 80, argument: "branch and bound", covers: PLACEMENTS },
    }),
    cell({
      method: "dp",
      value: 95,
      plannerBound: { value: 70, argument: "relaxation", covers: PLACEMENTS },
    }),
  ];
  expect(bestKnownBound(cells, warnings)(PLACEMENTS)).toEqual({
    value: 80,
    argument: "branch and bound",
    covers: PLACEMENTS,
  });
  expect(warnings).toEqual([]);
});

test("a claim above a value that somebody found is left out with a warning", () => {
  const warnings: string[] = [];
  const cells = [
    cell({
      method: "boaster",
      value: 90,
      plannerBound: { value: 89, argument: "wishful", covers: PLACEMENTS },
    }),
    cell({ method: "finder", value: 80 }),
  ];
  expect(bestKnownBound(cells, warnings)(PLACEMENTS)).toEqual({
    value: 50,
    argument: "critical path",
    covers: PLACEMENTS,
  });
  expect(warnings).toEqual([
    'On "tiny", "boaster" claims a bound of 89.00 us, but "finder" found 80.00 us; the claim is left out.',
  ]);
});

test("a claim that exceeds the best value by a rounding error proves it optimal", () => {
  const cells = [
    cell({
      method: "ilp",
      value: 80,
      plannerBound: { value: 80.00001, argument: "search", covers: PLACEMENTS },
    }),
  ];
  expect(bestKnownBound(cells, [])(PLACEMENTS).value).toBe(80);
});

test("a value below the simulator's own bound is a fault that ends the comparison", () => {
  expect(() => bestKnownBound([cell({ method: "impossible", value: 49 })], [])).toThrow(/disagree/);
});

test("a bound on placements does not refute a plan of another kind, nor count for it", () => {
  const other = cell({ method: "sharded", value: 40, plan: { kind: "sharding" } });
  const placed = cell({ method: "placed", value: 60 });
  const boundFor = bestKnownBound([placed, other], []);
  expect(boundFor(["placement"]).value).toBe(50);
  expect(boundFor(kindsOf([other])).value).toBe(0);
  expect(boundFor(kindsOf([placed, other])).value).toBe(0);
});
