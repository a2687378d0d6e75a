/** The laboratory: cells once each, so many at a time, counted; a stop goes through. */
import { describe, expect, test } from "vitest";
import { placement, testScenario } from "../../../env/index.ts";
import { type CellOutcome, type CellSpec, CellStopped, type RunCell } from "../../../results/cells/cell.ts";
import { createLaboratory } from "../../../results/reproduce/laboratory.ts";

const outcomeOf = ({ seedIndex, method }: CellSpec): CellOutcome => {
  const result = { method, seedIndex, value: 10 + seedIndex, simulations: 3 };
  return { result, times: {} } as unknown as CellOutcome;
};
const run = { scenario: "toy/chain", method: "random", simulations: 5, seeds: 3 };

const laboratory = (runCell: RunCell, jobs = 2) =>
  createLaboratory({
    runCell,
    hooks: { clock: () => 0, cpuClock: () => 0 },
    seed: "root",
    jobs,
    keep: (name) => name,
    train: async ({ name }) => `./policies/${name}`,
    note: () => undefined,
  });

describe("a laboratory", () => {
  test("runs a cell for each seed, once, however often it is asked for", async () => {
    const specs: CellSpec[] = [];
    const lab = laboratory(async (spec) => {
      specs.push(spec);
      return outcomeOf(spec);
    });
    expect(await lab.values(run)).toEqual([10, 11, 12]);
    expect(await Promise.all([lab.values(run), lab.values({ ...run, seeds: 2 })])).toEqual([
      [10, 11, 12],
      [10, 11],
    ]);
    expect(specs.map(({ seedIndex, rootSeed, budget }) => [seedIndex, rootSeed, budget])).toEqual(
      [0, 1, 2].map((seedIndex) => [seedIndex, "root", { simulations: 5 }]),
    );
    expect(lab.all.length).toBe(3);
  });

  test("counts the simulations of cells and of plans that it scores", async () => {
    const lab = laboratory(async (spec) => outcomeOf(spec));
    await lab.values(run);
    const scenario = testScenario({ graph: "a 3 1B\nb 4 <- a" });
    expect(lab.score(scenario, placement([0, 0]))).toBe(7);
    expect(lab.simulations).toBe(3 * 3 + 1);
  });

  test("never has more cells in flight than it may, and uses all of its slots", async () => {
    let [inFlight, most] = [0, 0];
    const lab = laboratory(async (spec) => {
      most = Math.max(most, ++inFlight);
      await Promise.resolve();
      inFlight--;
      return outcomeOf(spec);
    }, 2);
    await Promise.all(["a", "b"].map((method) => lab.values({ ...run, method })));
    expect(most).toBe(2);
  });

  test("passes on a stop, and the next cell in line still gets its slot", async () => {
    const lab = laboratory(async (spec) => {
      if (spec.seedIndex === 0) throw new CellStopped("stopped");
      return outcomeOf(spec);
    }, 1);
    await expect(lab.values(run)).rejects.toThrow(CellStopped);
    expect(await lab.values({ ...run, method: "other", seeds: 0 })).toEqual([]);
  });
});
