import { describe, expect, test } from "vitest";
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { createRng } from "../../../env/model/rng.ts";
import { compare } from "../../../results/comparison/compare.ts";
import { cellBudgets, judged, rungSizes, survivors } from "../../../results/tuning/rungs.ts";
import { searchSpace } from "../../../results/tuning/search-space.ts";
import { trialSpecs } from "../../../results/tuning/trials.ts";
import { type TuneRequest, tune } from "../../../results/tuning/tune.ts";
import { cell, fakeRunner } from "../cells.ts";

const { module } = await resolveMethod("mcmc");
const given = new Map<string, string>();
const dimensions = searchSpace(module, given, { ranges: [], choices: [] });
const specs = (trials: number, seed = 1) =>
  trialSpecs(module, "mcmc", dimensions, { trials, rng: createRng(seed) });

const request: TuneRequest = {
  method: "mcmc",
  scenarios: ["one", "two"],
  seeds: 2,
  seed: 3,
  simulations: 3000,
  strategy: "halving",
  trials: 9,
  ranges: [],
  choices: [],
};
const clock = () => 0;

describe("trials", () => {
  test("begin with the method as given, differ, and are the same for the same seed", () => {
    expect(specs(8)[0]).toBe("mcmc");
    expect(new Set(specs(8)).size).toBe(8);
    expect(specs(8)).toEqual(specs(12).slice(0, 8));
    expect(specs(8, 2)[1]).not.toBe(specs(8)[1]);
  });

  test("are named by what is not a default, keep what is given and can all be made", async () => {
    const fixed = trialSpecs(
      module,
      "mcmc?beta=7",
      dimensions.filter(({ name }) => name !== "beta"),
      {
        trials: 6,
        rng: createRng(1),
      },
    );
    for (const spec of fixed) {
      expect(spec).toMatch(/beta=7/);
      expect(spec).not.toMatch(/restarts=true|resets=false|start=random/);
      expect((await resolveMethod(spec)).options).toMatchObject({ beta: 7 });
    }
  });

  test("are as many as there are", () => {
    const two = searchSpace(module, given, { ranges: [], choices: [], vary: ["resets"] });
    expect(trialSpecs(module, "mcmc", two, { trials: 9, rng: createRng(1) })).toEqual([
      "mcmc",
      "mcmc?resets=true",
    ]);
  });
});

describe("rungs", () => {
  test("keep a third, and have equal parts of the budget", () => {
    expect(rungSizes("halving", 27)).toEqual([27, 10, 5, 3]);
    expect(rungSizes("halving", 9)).toEqual([9, 4]);
    expect(rungSizes("halving", 2)).toEqual([2]);
    expect(rungSizes("random", 27)).toEqual([27]);
    expect(cellBudgets([27, 9, 3], 8100, 2)).toEqual([50, 150, 450]);
    expect(() => cellBudgets([27, 9, 3], 100, 2)).toThrow("expected at least 162");
  });

  test("let the best go on, and the method as given whatever it did", () => {
    const rows = judged(["a", "b", "c"], []);
    expect(survivors(rows, "a", 2)).toEqual(["a", "b"]);
    expect(survivors(rows, "c", 2)).toEqual(["a", "c"]);
  });

  test("judge by the mean excess over the lowest cost of each scenario, penalties included", () => {
    const of = (method: string, scenario: string, value: number | null, cost = value) =>
      cell({
        method,
        scenario,
        value,
        gap: value === null ? null : value / 50 - 1,
        curve: cost === null ? [] : [{ simulations: 1, evaluations: 1, cost, feasible: value !== null }],
      });
    const cells = [
      of("a", "one", 100),
      of("a", "two", 10),
      of("b", "one", 120),
      of("b", "two", 5),
      of("c", "one", null, 900),
      of("c", "two", 5),
      of("d", "one", null),
      of("d", "two", 5),
    ];
    const rows = judged(["a", "b", "c", "d"], cells);
    expect(rows.map(({ spec }) => spec)).toEqual(["b", "a", "c", "d"]);
    const scores = rows.map(({ score }) => score);
    expect(scores[0]).toBeCloseTo(0.1);
    expect(scores[1]).toBeCloseTo(0.5);
    expect(scores[2]).toBeCloseTo(4);
    expect(scores[3]).toBe(null);
    expect(rows.map(({ feasible }) => feasible)).toEqual([2, 2, 1, 1]);
    expect(rows[2].gap).toBe(null);
  });
});

describe("a tuning", () => {
  /** Costs that fall with beta, and noise that more budget takes away. */
  const runCell = fakeRunner(({ method, budget, seedIndex }) => {
    const beta = Number(/beta=([\d.]+)/.exec(method)?.[1] ?? 300);
    const value = 60 + 1000 / beta + (seedIndex + 1) / budget.simulations!;
    return {
      value,
      simulations: budget.simulations!,
      curve: [{ simulations: 1, evaluations: 1, cost: value, feasible: true }],
    };
  });
  const run = (asked: TuneRequest) =>
    tune(asked, { module, given }, { compare: (each) => compare(each, { runCell, clock, cpuClock: clock }) });

  test("finds the best option, with rungs of fewer trials and more simulations, within its budget", async () => {
    const report = await run({ ...request, vary: ["beta"] });
    const betas = report.rungs[0].rows.map(({ spec }) => Number(/beta=([\d.]+)/.exec(spec)?.[1] ?? 300));
    expect(report.rungs.map(({ rows, simulations }) => [rows.length, simulations])).toEqual([
      [9, 41],
      [4, 93],
    ]);
    expect(report.rungs[1].rows.map(({ spec }) => spec)).toContain("mcmc");
    expect(report.winner!.spec).toBe(`mcmc?beta=${Math.max(...betas)}`);
    expect(report.simulations).toBe(9 * 4 * 41 + 4 * 4 * 93);
    expect(report.simulations).toBeLessThanOrEqual(3000);
    expect(await run({ ...request, vary: ["beta"] })).toEqual(report);
  });

  test("gives every trial the same under random search", async () => {
    const { rungs, winner } = await run({ ...request, strategy: "random", vary: ["beta"] });
    expect(rungs.map(({ rows, simulations }) => [rows.length, simulations])).toEqual([[9, 83]]);
    expect(winner).toEqual(rungs[0].rows[0]);
  });

  test("has no winner where it was stopped", async () => {
    const report = await tune(
      request,
      { module, given },
      {
        compare: async (each) => ({
          ...(await compare(each, { runCell, clock, cpuClock: clock })),
          complete: false,
        }),
      },
    );
    expect(report).toMatchObject({ complete: false, winner: null, rungs: [] });
  });
});
