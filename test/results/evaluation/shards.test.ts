import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import type { CellSpec } from "../../../results/cells/cell.ts";
import { type CellWeights, sampleSize, startOrder } from "../../../results/evaluation/cell-order.ts";
import { evaluationCells } from "../../../results/evaluation/evaluate.ts";
import { checkShard, shardOf } from "../../../results/evaluation/shards.ts";
import { request } from "./requests.ts";

const weights: CellWeights = { size: (scenario) => scenario.length, isSlow: (method) => method === "slow" };
const sizes = fc.record({
  scenarios: fc.integer({ min: 1, max: 6 }),
  methods: fc.integer({ min: 1, max: 4 }),
  seeds: fc.integer({ min: 1, max: 4 }),
  count: fc.integer({ min: 1, max: 7 }),
});

function cellsOf(of: { scenarios: number; methods: number; seeds: number }): CellSpec[] {
  const names = (count: number, letter: string) =>
    Array.from({ length: count }, (_, i) => letter.repeat(i + 1));
  return evaluationCells({
    ...request,
    scenarios: names(of.scenarios, "s"),
    methods: names(of.methods, "m"),
    seeds: of.seeds,
  });
}

const shards = (cells: readonly CellSpec[], count: number) =>
  Array.from({ length: count }, (_, index) => shardOf(cells, weights, { index, count }));

describe("shards of an evaluation", () => {
  test("have every cell once, in any number", () => {
    fc.assert(
      fc.property(sizes, ({ count, ...of }) => {
        const cells = cellsOf(of);
        const dealt = shards(cells, count).flat();
        expect(dealt).toHaveLength(cells.length);
        expect(new Set(dealt)).toEqual(new Set(cells));
      }),
    );
  });

  test("have as many cells of each method as others, give or take two", () => {
    fc.assert(
      fc.property(sizes, ({ count, ...of }) => {
        const cells = cellsOf(of);
        for (const method of new Set(cells.map((cell) => cell.method))) {
          const counts = shards(cells, count).map(
            (own) => own.filter((cell) => cell.method === method).length,
          );
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  test("share heavy scenarios: none has half as much again as the mean", () => {
    const cells = cellsOf({ scenarios: 9, methods: 3, seeds: 2 });
    const loads = shards(cells, 4).map((own) => own.reduce((sum, cell) => sum + cell.scenario.length, 0));
    const mean = loads.reduce((a, b) => a + b) / loads.length;
    expect(Math.max(...loads)).toBeLessThan(1.1 * mean);
  });

  test("each begin with a sample of their own, which has every method", () => {
    const cells = cellsOf({ scenarios: 6, methods: 4, seeds: 3 });
    for (const own of shards(cells, 3)) {
      const sample = startOrder(own, weights).slice(0, sampleSize(own));
      expect(sample.length).toBeLessThan(own.length / 4);
      expect(new Set(sample.map(({ method }) => method)).size).toBe(4);
    }
  });

  test.each([
    [3, 3],
    [0, 0],
    [-1, 2],
    [0.5, 2],
  ])("refuse %d of %d", (index, count) => {
    expect(() => checkShard({ index, count }, "--shard")).toThrow(InputError);
  });
});
