import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MeasuredCell, predictor } from "../../../cli/terminal/cell-times.ts";

const cell = (method: string, scenario: string, seconds: number, simulations?: number): MeasuredCell => ({
  method,
  scenario,
  seconds,
  ...(simulations !== undefined && { budget: { simulations } }),
});

describe("a cell's time", () => {
  const measured = [
    cell("slow", "small", 10),
    cell("quick", "small", 1),
    cell("quick", "large", 4),
    cell("quick", "large", 6),
  ];

  test("is the mean of its other seeds, where some were measured", () => {
    expect(predictor(measured)({ method: "quick", scenario: "large" })).toBeCloseTo(5);
  });

  test("is that of the method on other scenarios, by how long those took the others", () => {
    const predict = predictor([...measured, cell("other", "small", 2), cell("other", "large", 8)]);
    const ratio = predict({ method: "slow", scenario: "large" })! / 10;
    expect(ratio).toBeGreaterThan(1.4);
    expect(ratio).toBeLessThan(5);
  });

  test("has no prediction without a precedent of its method", () => {
    expect(predictor(measured)({ method: "new", scenario: "small" })).toBe(null);
    expect(predictor([])({ method: "new", scenario: "small" })).toBe(null);
  });

  test("grows with the budget of a search, and not with that of a planner that ends by itself", () => {
    const predict = predictor([
      cell("search", "a", 1, 100),
      cell("search", "a", 10, 1_000),
      cell("search", "b", 2, 100),
      cell("list", "a", 1, 100),
      cell("list", "a", 1, 1_000),
      cell("list", "b", 2, 100),
    ]);
    const at = (method: string) =>
      predict({ method, scenario: "b", budget: { simulations: 1_000 } })! /
      predict({ method, scenario: "b", budget: { simulations: 100 } })!;
    expect(at("search")).toBeGreaterThan(5);
    expect(at("list")).toBeLessThan(1.5);
  });

  test("at a budget of seconds says nothing about one of simulations", () => {
    const predict = predictor([cell("search", "a", 1, 100)]);
    expect(predict({ method: "search", scenario: "a", budget: { cpuSeconds: 2 } })).toBe(null);
  });

  test("that one cell is far off changes others little", () => {
    const seconds = [1, 1.1, 0.9, 1, 1.05, 0.95];
    const others = seconds.flatMap((each, i) => [cell("a", `s${i}`, each), cell("b", `s${i}`, each)]);
    const late = cell("a", "late", 300);
    const predict = predictor([...others, late, cell("b", "new", 1)]);
    expect(predict({ method: "a", scenario: "new" })).toBeLessThan(3);
  });

  test("scales with the clock: all times twice as long make predictions twice as long", () => {
    const cells = fc.array(
      fc.record({
        method: fc.constantFrom("a", "b", "c"),
        scenario: fc.constantFrom("x", "y", "z"),
        seconds: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(cells, (some) => {
        const asked = { method: some[0].method, scenario: "z" };
        const once = predictor(some)(asked)!;
        const twice = predictor(some.map((one) => ({ ...one, seconds: 2 * one.seconds })))(asked)!;
        expect(twice / once).toBeCloseTo(2, 6);
        const least = Math.min(...some.map(({ seconds }) => seconds));
        const most = Math.max(...some.map(({ seconds }) => seconds));
        expect(once).toBeGreaterThanOrEqual((least * least) / most / 1.6);
        expect(once).toBeLessThanOrEqual(((most * most) / least) * 1.6);
      }),
    );
  });
});
