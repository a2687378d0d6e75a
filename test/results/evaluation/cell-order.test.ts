import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CellWeights,
  sampleSize,
  startOrder,
  weightsOf,
} from "../../../results/evaluation/cell-order.ts";
import { evaluationCells } from "../../../results/evaluation/evaluate.ts";
import { request } from "./requests.ts";

const names = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}${i}`);
const requests = fc.record({
  scenarios: fc.integer({ min: 1, max: 12 }).map((count) => names("scenario", count)),
  methods: fc.integer({ min: 1, max: 12 }).map((count) => names("method", count)),
  seeds: fc.integer({ min: 1, max: 6 }),
  budgets: fc.constantFrom(
    [{ simulations: 100 }],
    [{ simulations: 100 }, { simulations: 1_000 }, { cpuSeconds: 2 }],
  ),
});
const weights: CellWeights = {
  size: (scenario) => 10 ** Number(scenario.slice("scenario".length)),
  isSlow: (method) => Number(method.slice("method".length)) % 2 === 1,
};

describe("the order in which cells start", () => {
  test("has every cell once", () => {
    fc.assert(
      fc.property(requests, (asked) => {
        const cells = evaluationCells({ ...request, ...asked });
        const order = startOrder(cells, weights);
        expect(order).toHaveLength(cells.length);
        expect(new Set(order)).toEqual(new Set(cells));
      }),
    );
  });

  test("begins with a tenth that has every method equally often", () => {
    fc.assert(
      fc.property(requests, (asked) => {
        const cells = evaluationCells({ ...request, ...asked });
        const sample = startOrder(cells, weights).slice(0, sampleSize(cells));
        const counts = asked.methods.map((method) => sample.filter((cell) => cell.method === method).length);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(sample.length).toBeLessThanOrEqual(Math.max(cells.length / 10 + 1, asked.methods.length));
      }),
    );
  });

  test("begins with scenarios of all sizes and all budgets, once the tenth is large enough", () => {
    const asked = { scenarios: names("scenario", 10), methods: names("method", 12), seeds: 5 };
    const budgets = [{ simulations: 100 }, { simulations: 300 }, { simulations: 1_000 }];
    const cells = evaluationCells({ ...request, ...asked, budgets });
    const sample = startOrder(cells, weights).slice(0, sampleSize(cells));
    expect(new Set(sample.map(({ scenario }) => scenario)).size).toBe(10);
    for (const method of asked.methods) {
      const own = sample.filter((cell) => cell.method === method);
      expect(new Set(own.map(({ budget }) => budget.simulations)).size, method).toBeGreaterThan(1);
      expect(new Set(own.map(({ scenario }) => scenario)).size, method).toBeGreaterThan(3);
      expect(new Set(own.map(({ seedIndex }) => seedIndex))).toEqual(new Set([0]));
    }
  });

  test("goes on with slow methods on large scenarios, so that no long cell is left for the end", () => {
    const asked = { scenarios: names("scenario", 4), methods: names("method", 4), seeds: 5 };
    const cells = evaluationCells({ ...request, ...asked });
    const rest = startOrder(cells, weights).slice(sampleSize(cells));
    const slowness = rest.map(({ method }) => Number(weights.isSlow(method)));
    expect(slowness).toEqual([...slowness].sort((a, b) => b - a));
    expect(rest[0]).toMatchObject({ scenario: "scenario3", budget: { simulations: 20 } });
    expect(rest.at(-1)).toMatchObject({ scenario: "scenario0", budget: { simulations: 10 } });
  });

  test("knows sizes and slow methods of real names", async () => {
    const known = await weightsOf({
      ...request,
      scenarios: ["toy/chain"],
      methods: ["heft", "tabu", "placeto"],
    });
    expect(known.size("toy/chain")).toBe(4);
    expect(["heft", "tabu", "placeto"].map(known.isSlow)).toEqual([false, true, true]);
  });
});
