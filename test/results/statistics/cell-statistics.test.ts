import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CellResult } from "../../../results/cells/cell.ts";
import { cellStatistics, methodStatistics } from "../../../results/statistics/cell-statistics.ts";
import { PROFILE_SCORES } from "../../../results/statistics/profile.ts";
import { cell } from "../cells.ts";

/** Values by scenario and seed, under a bound of 50. */
function cellsOf(method: string, values: readonly (readonly (number | null)[])[]): CellResult[] {
  return values.flatMap((seeds, scenario) =>
    seeds.map((value, seedIndex) => cell({ method, scenario: `s${scenario}`, seedIndex, value })),
  );
}

const good = cellsOf("good", [
  [50, 50],
  [55, 60],
]);
const poor = cellsOf("poor", [
  [100, 90],
  [null, 110],
]);

describe("statistics of methods", () => {
  test("score the bound over the value, and 0 what does not fit", () => {
    const [first, second] = methodStatistics([...poor, ...good]);
    expect([first.method, second.method]).toEqual(["good", "poor"]);
    expect(first.mean.value).toBeCloseTo((1 + 1 + 50 / 55 + 50 / 60) / 4, 12);
    expect(second).toMatchObject({ cells: 4, feasibleCells: 3 });
    expect(second.mean.value).toBeCloseTo((50 / 100 + 50 / 90 + 0 + 50 / 110) / 4, 12);
    expect(second.meanGap).toBeCloseTo((1 + 0.8 + 1.2) / 3, 12);
  });

  test("count a proven optimum in the last place of the profile", () => {
    const [first, second] = methodStatistics([...good, ...poor]);
    expect(first.profile).toHaveLength(PROFILE_SCORES.length);
    expect(first.profile.at(-1)).toBe(0.5);
    expect([second.profile[0], second.profile[1], second.profile.at(-1)]).toEqual([1, 0.75, 0]);
  });

  test("take the best bound that any cell of the scenario knows, or the one given", () => {
    const proving = cell({
      method: "solver",
      value: 80,
      plannerBound: { value: 75, argument: "branch and bound", covers: ["placement"] },
    });
    const cells = [proving, cell({ method: "quick", value: 100 })];
    expect(methodStatistics(cells).map(({ mean }) => mean.value)).toEqual([75 / 80, 0.75]);
    expect(methodStatistics(cells, () => 40).map(({ mean }) => mean.value)).toEqual([0.5, 0.4]);
  });

  test("correlate estimates with values whatever the scale of scenarios", () => {
    const told = (estimate: number, value: number, seedIndex: number) =>
      cell({ method: "m", value, seedIndex, estimate: { value: estimate, unit: "us", model: "list" } });
    const [rising] = methodStatistics([told(51, 60, 0), told(52, 70, 1), told(53, 90, 2)]);
    expect(rising.estimateCorrelation).toBe(1);
    const [falling] = methodStatistics([told(53, 60, 0), told(52, 70, 1), told(51, 90, 2)]);
    expect(falling.estimateCorrelation).toBe(-1);
    expect(methodStatistics([told(51, 60, 0), told(52, 70, 1)])[0].estimateCorrelation).toBe(null);
  });

  test("do not depend on the order of the cells", () => {
    const cells = [...good, ...poor];
    const expected = cellStatistics(cells);
    fc.assert(
      fc.property(fc.shuffledSubarray(cells, { minLength: cells.length }), (shuffled) => {
        expect(JSON.stringify(cellStatistics(shuffled))).toBe(JSON.stringify(expected));
      }),
      { numRuns: 10 },
    );
  });
});

describe("statistics of pairs", () => {
  test("are of each pair once, over the cells where both fit", () => {
    const { pairs } = cellStatistics([...good, ...poor]);
    expect(pairs).toHaveLength(1);
    const [{ method, other, difference, improvement }] = pairs;
    expect([method, other]).toEqual(["good", "poor"]);
    expect(improvement.value).toBe(1);
    const logs = [50 / 100, 50 / 90, 60 / 110].map(Math.log);
    expect(difference!.value).toBeCloseTo(Math.expm1((logs[0] + logs[1] + logs[2]) / 3), 12);
    expect(difference!.high).toBeLessThan(0);
  });

  test("of one seed tell no difference and an improvement of 0 to 1", () => {
    const { pairs } = cellStatistics([...cellsOf("a", [[60], [70]]), ...cellsOf("b", [[65], [75]])]);
    expect(pairs[0]).toMatchObject({ difference: null, improvement: { value: 1, low: 0, high: 1 } });
  });

  test("leave out scenarios that a method has no cell of, and so do ranks", () => {
    const { pairs, ranks } = cellStatistics([...good, ...poor.slice(0, 2)]);
    expect(pairs[0].improvement).toEqual({ value: 1, low: 1, high: 1 });
    expect(ranks).toBe(null);
  });

  test("are JSON without loss", () => {
    const all = cellStatistics([...good, ...poor]);
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });
});

test("ranks are by the mean score of each scenario", () => {
  const { ranks } = cellStatistics([...good, ...poor]);
  expect(ranks!.meanRanks).toEqual([
    { method: "good", meanRank: 1 },
    { method: "poor", meanRank: 2 },
  ]);
});
