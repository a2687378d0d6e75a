import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PLACEMENTS } from "../../../env/sim/bounds/best.ts";
import type { CellResult } from "../../../results/cells/cell.ts";
import { meanRankText, rankRows, summarise } from "../../../results/comparison/ranking.ts";
import { cell } from "../cells.ts";

const bound = { value: 50, argument: "critical path", covers: PLACEMENTS };
const rank = (cells: readonly CellResult[]) =>
  rankRows(
    cells.map((entry, index) => ({ index, cell: entry })),
    () => bound,
  );
const overfull = (method: string, excessBytes: number, seedIndex = 0) =>
  cell({ method, seedIndex, value: null, violation: { device: "gpu:0", excessBytes, op: null } });

describe("rows of one scenario", () => {
  test("mean, best, worst and gap are over the seeds", () => {
    const [row] = rank([
      cell({ method: "a", seedIndex: 0, value: 90, evaluations: 10 }),
      cell({ method: "a", seedIndex: 1, value: 60, evaluations: 20 }),
    ]);
    expect(row).toMatchObject({ mean: 75, best: 60, worst: 90, gap: 0.5, seeds: 2, evaluations: 15 });
    expect(row.bestCell).toBe(1);
  });

  test("every feasible method is above every infeasible one, and those follow by excess", () => {
    const rows = rank([
      overfull("far over", 900),
      cell({ method: "slow", value: 1e12 }),
      cell({ method: "planless", value: null, plan: null, failure: "No split exists." }),
      overfull("little over", 100),
      cell({ method: "fast", value: 60 }),
    ]);
    expect(rows.map(({ method }) => method)).toEqual(["fast", "slow", "little over", "far over", "planless"]);
    expect(rows.map((row) => row.rank)).toEqual([1, 2, 3, 4, 5]);
    expect(rows[2].violation).toEqual({ device: "gpu:0", excessBytes: 100, op: null });
  });

  test("one infeasible seed puts a method below those feasible on all, and takes its gap away", () => {
    const rows = rank([
      cell({ method: "lucky", seedIndex: 0, value: 51 }),
      overfull("lucky", 10, 1),
      cell({ method: "steady", seedIndex: 0, value: 99 }),
      cell({ method: "steady", seedIndex: 1, value: 99 }),
      overfull("never", 1, 0),
      overfull("never", 1, 1),
    ]);
    expect(rows.map(({ method }) => method)).toEqual(["steady", "lucky", "never"]);
    expect(rows[1]).toMatchObject({ feasibleSeeds: 1, mean: 51, gap: null });
  });

  test("equal rows share a rank, whatever the last digit of their means", () => {
    const rows = rank([
      cell({ method: "b", value: 0.1 + 0.2 }),
      cell({ method: "a", value: 0.3 }),
      cell({ method: "c", value: 1 }),
    ]);
    expect(rows.map(({ method, rank: place }) => [method, place])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 3],
    ]);
  });

  test("the order never depends on the order of the cells", () => {
    const results = fc.array(
      fc.record({
        method: fc.constantFrom("a", "b", "c", "d"),
        value: fc.option(fc.integer({ min: 50, max: 60 })),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(results, fc.infiniteStream(fc.nat()), (entries, keys) => {
        const cells = entries.map(({ method, value }, i) => cell({ method, value, seedIndex: i }));
        const shuffled = cells
          .map((entry) => ({ entry, key: keys.next().value }))
          .sort((x, y) => x.key - y.key)
          .map(({ entry }) => entry);
        const order = (rows: ReturnType<typeof rank>) =>
          rows.map((row) => [row.method, row.rank, row.feasibleSeeds]);
        expect(order(rank(shuffled))).toEqual(order(rank(cells)));
      }),
    );
  });
});

describe("summary over scenarios", () => {
  test("mean rank counts every scenario, the mean gap those with a gap", () => {
    const first = rank([cell({ method: "a", value: 60 }), cell({ method: "b", value: 75 })]);
    const second = rank([overfull("a", 10), cell({ method: "b", value: 100 })]);
    const [best, other] = summarise([first, second]);
    expect(best).toMatchObject({
      method: "a",
      meanRank: 1.5,
      meanGap: 60 / 50 - 1,
      feasibleScenarios: 1,
      wins: 1,
    });
    expect(other).toMatchObject({ method: "b", meanRank: 1.5, meanGap: 0.75, feasibleScenarios: 2, wins: 1 });
  });

  test("a method that ran on fewer scenarios comes last, and says on how many", () => {
    const first = rank([cell({ method: "a", value: 60 }), cell({ method: "b", value: 75 })]);
    const second = rank([
      cell({ method: "a", value: 90 }),
      cell({ method: "b", value: 80 }),
      cell({ method: "c", value: 70 }),
    ]);
    const summaries = summarise([first, second]);
    expect(summaries.map(({ method }) => method)).toEqual(["a", "b", "c"]);
    expect(summaries.map((summary) => meanRankText(summary, 2))).toEqual(["2.0", "2.0", "1.0 on 1"]);
  });

  test("a method without any plan wins nowhere", () => {
    const [only] = summarise([rank([cell({ method: "a", value: null, plan: null, failure: "None." })])]);
    expect(only).toMatchObject({ wins: 0, meanGap: null, feasibleScenarios: 0 });
  });
});
