import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExactKnapsack } from "../../../../../agents/exact/stages/piper/exact-knapsack.ts";
import { bytesOf, GreedyKnapsack } from "../../../../../agents/exact/stages/piper/knapsack.ts";
import { type PiperChoice, piperProblem } from "../../../../../agents/exact/stages/piper/problem.ts";
import { itemsOf, type StageItems } from "../../../../../agents/exact/stages/piper/stage-items.ts";

type Option = readonly [time: number, bytes: number];

function itemsFrom(layers: readonly (readonly Option[])[], memoryBytes: number): StageItems {
  const choices = layers.map((options) =>
    options.map(([time, bytes]): PiperChoice => {
      return { time, weightBytes: 0, bytesInFlight: bytes, bytesFixed: 0, recomputes: false };
    }),
  );
  const problem = piperProblem({
    layers: choices.map((list) => new Map([[1, list]])),
    edges: [],
    devices: 1,
    microBatches: 1,
    memoryBytes,
    bytesPerTime: 1,
  });
  return itemsOf(problem, [...layers.keys()], 1, 1);
}

/** Least time over all combinations. */
function tried(layers: readonly (readonly Option[])[], memoryBytes: number): number {
  let best = Number.POSITIVE_INFINITY;
  const choose = (i: number, time: number, bytes: number): void => {
    if (i < layers.length) for (const [own, more] of layers[i]) choose(i + 1, time + own, bytes + more);
    else if (bytes <= memoryBytes) best = Math.min(best, time);
  };
  choose(0, 0, 0);
  return best;
}

const amount = fc.integer({ min: 0, max: 20 });
const layersOf = (most: number) =>
  fc.array(fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: most }), {
    minLength: 1,
    maxLength: 7,
  });

const check = (knapsack: GreedyKnapsack | ExactKnapsack, items: StageItems, found: number) => {
  if (!Number.isFinite(found)) return;
  const picked = Array.from(knapsack.picked.subarray(0, items.count));
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  expect(sum(picked.map((o) => items.time[o]))).toBe(found);
  expect(sum(picked.map((o) => bytesOf(items, o, 1)))).toBeLessThanOrEqual(items.problem.memoryBytes);
};

describe("the exact knapsack", () => {
  test("is the best of all combinations", () => {
    fc.assert(
      fc.property(layersOf(4), fc.integer({ min: 1, max: 100 }), (layers, memory) => {
        const items = itemsFrom(layers, memory);
        const knapsack = new ExactKnapsack(items.problem);
        const found = knapsack.solve(items, 1);
        expect(found).toBe(tried(layers, memory));
        expect(knapsack.bound).toBe(found);
        check(knapsack, items, found);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the greedy knapsack", () => {
  test("fits wherever something does, and lies between its bound and one swap more", () => {
    fc.assert(
      fc.property(layersOf(2), fc.integer({ min: 1, max: 100 }), (layers, memory) => {
        const items = itemsFrom(layers, memory);
        const knapsack = new GreedyKnapsack(items.problem);
        const found = knapsack.solve(items, 1);
        const best = tried(layers, memory);
        expect(Number.isFinite(found)).toBe(Number.isFinite(best));
        check(knapsack, items, found);
        if (!Number.isFinite(best)) return;
        expect(found).toBeGreaterThanOrEqual(best);
        expect(knapsack.bound).toBeLessThanOrEqual(best + 1e-9);
        expect(found - knapsack.bound).toBeLessThanOrEqual(20);
      }),
      { numRuns: 200 },
    );
  });

  test("takes the swap of least loss for each byte, and does not exchange a last one that is too large", () => {
    const layers: Option[][] = [
      [
        [10, 10],
        [12, 0],
      ],
      [
        [10, 3],
        [11, 0],
      ],
    ];
    const items = itemsFrom(layers, 11);
    const greedy = new GreedyKnapsack(items.problem);
    // Two bytes too many: 0.2 for each byte against 0.33, though 1 would do.
    expect(greedy.solve(items, 1)).toBe(22);
    expect(greedy.bound).toBeCloseTo(20.4, 12);
    expect(new ExactKnapsack(items.problem).solve(items, 1)).toBe(21);
  });

  test("breaks ties by the number of the layer", () => {
    const options: Option[] = [
      [5, 4],
      [6, 2],
    ];
    const items = itemsFrom([options, options, options], 11);
    const greedy = new GreedyKnapsack(items.problem);
    greedy.solve(items, 1);
    expect([...greedy.picked]).toEqual([1, 2, 4]);
  });

  test("refuses three choices for a layer", () => {
    const items = itemsFrom(
      [
        [
          [1, 1],
          [2, 1],
          [3, 1],
        ],
      ],
      5,
    );
    expect(() => new GreedyKnapsack(items.problem)).toThrow(/Layer 0 has more than 2 choices at degree 1/);
  });
});
