import { describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import type { CellSpec, RunCell } from "../../../results/cells/cell.ts";
import type { EvaluationRequest } from "../../../results/evaluation/contract.ts";
import { checkEvaluation, evaluate } from "../../../results/evaluation/evaluate.ts";
import { formatEvaluation } from "../../../results/evaluation/evaluation-text.ts";
import { fakeRunner } from "../cells.ts";
import { hooksWith, request, values } from "./requests.ts";

const asGiven = (cells: readonly CellSpec[]) => cells;
const run = (asked: EvaluationRequest = request, runCell: RunCell = values) =>
  evaluate(asked, hooksWith(runCell), asGiven);

describe("an evaluation", () => {
  test("has its cells by budget, scenario, method and seed, and rows that point at them", async () => {
    const { report, times } = await run();
    expect(report.cells).toHaveLength(16);
    expect(times.cells).toHaveLength(16);
    const names = report.cells.map((cell) => [
      cell.budget.simulations,
      cell.scenario,
      cell.method,
      cell.seedIndex,
    ]);
    expect(names[0]).toEqual([10, "one", "slow", 0]);
    expect(names[15]).toEqual([20, "two", "quick", 1]);
    for (const { budget, scenarios } of report.budgets)
      for (const { scenario, rows } of scenarios)
        for (const { method, bestCell } of rows)
          expect(report.cells[bestCell!]).toMatchObject({ budget, scenario, method, seedIndex: 0 });
  });

  test("gives each budget its own statistics, best score first", async () => {
    const { report } = await run();
    expect(report.complete).toBe(true);
    for (const { methods, pairs, ranks } of report.budgets) {
      expect(methods.map(({ method }) => method)).toEqual(["slow", "quick"]);
      expect(pairs).toHaveLength(1);
      expect(ranks?.meanRanks[0]).toEqual({ method: "slow", meanRank: 1 });
    }
    expect(report.budgets[1].methods[0].iqm.value).toBeGreaterThan(report.budgets[0].methods[0].iqm.value);
  });

  test("takes a bound that one budget proved for the others too", async () => {
    const proving = fakeRunner(({ budget }) => ({
      value: 80,
      plannerBound:
        budget.simulations === 20 ? { value: 75, argument: "search", covers: ["placement"] } : null,
    }));
    const { report } = await run(request, proving);
    for (const { scenarios } of report.budgets) expect(scenarios[0].bound).toBe(75);
    expect(report.cells[0].gap).toBeCloseTo(80 / 75 - 1);
  });

  test("gives the same report whatever the order and the number of workers", async () => {
    const { report } = await run();
    const hooks = { ...hooksWith(values), jobs: 3 };
    const backwards = await evaluate(request, hooks, (cells) => [...cells].reverse());
    expect(JSON.stringify(backwards.report)).toBe(JSON.stringify(report));
  });

  test("is not complete where a method failed, and keeps all other cells", async () => {
    const failing = fakeRunner(({ method }) =>
      method === "slow" ? { value: null, ended: "fault", failure: "failed: no idea" } : { value: 70 },
    );
    const { report } = await run(request, failing);
    expect(report.complete).toBe(false);
    expect(report.warnings).toEqual(["8 of 16 cells failed."]);
    expect(report.budgets[0].methods.map(({ method }) => method)).toEqual(["quick", "slow"]);
  });

  test("that is stopped has what there is", async () => {
    const stop = new AbortController();
    const { report } = await evaluate(
      request,
      { ...hooksWith(values), signal: stop.signal, onProgress: (p) => p.finishedCells === 3 && stop.abort() },
      asGiven,
    );
    expect(report.complete).toBe(false);
    expect(report.cells).toHaveLength(3);
    expect(report.budgets[1].methods).toEqual([]);
  });

  test.each([
    ["no budget", { budgets: [] }, "No budget to evaluate at; name at least one."],
    [
      "a budget twice",
      { budgets: [{ simulations: 5 }, { simulations: 5 }] },
      "The budget of 5 simulations is named twice; name it once.",
    ],
    ["no method", { methods: [] }, "No method to compare; name at least one."],
    ["a method twice", { methods: ["a", "a"] }, 'Method "a" is named twice; name it once.'],
    [
      "half a simulation",
      { budgets: [{ simulations: 0.5 }] },
      "The budget is 0.5 simulations, expected a whole number of at least 1.",
    ],
    [
      "the training of a stranger",
      { trainedOn: { other: ["nmt/train"] } },
      'What "other" was trained on is told, but it is none of the methods.',
    ],
  ])("refuses %s in a sentence", (_, change, sentence) => {
    expect(() => checkEvaluation({ ...request, ...change })).toThrow(new InputError(sentence));
  });
});

describe("an evaluation as text", () => {
  test("has a table for each budget and says which methods are told apart", async () => {
    const text = formatEvaluation(await run());
    expect(text).toMatch(/^10 simulations: 2 scenarios, 2 seeds\n/);
    expect(text).toContain("\n\n20 simulations: 2 scenarios, 2 seeds\n");
    expect(text).toMatch(
      /method\s+IQM score\s+95% interval\s+mean gap\s+rank\s+feasible cells\s+CPU s\n\s+slow/,
    );
    expect(text).toContain("No two methods are told apart by their ranks");
  });
});
