/**
 * A laboratory without cells: the value of a run is made of its texts alone, and an agent's depends
 * on its seed. What it was asked is kept.
 */
import type { CellResult } from "../../../results/cells/cell.ts";
import type { Laboratory, LabRun } from "../../../results/reproduce/contract.ts";

export interface FakeLaboratory extends Laboratory {
  readonly asked: readonly LabRun[];
}

export function fakeLaboratory(valueFor: (run: LabRun, seed: number) => number | null): FakeLaboratory {
  const asked: LabRun[] = [];
  const cells = async (run: LabRun) => {
    asked.push(run);
    return Array.from({ length: run.seeds }, (_, seed) => cellOf(run, valueFor(run, seed)));
  };
  return {
    asked,
    cells,
    values: async (run) => (await cells(run)).map(({ value }) => value),
    score: () => 1,
    numberOn: async (scenario) =>
      valueFor({ scenario, method: "placed by hand", simulations: 1, seeds: 1 }, 0),
    train: async ({ name }) => `./policies/${name}`,
    keep: (name) => `./${name}.json`,
    note: () => undefined,
  };
}

/** What papers read of a cell; a run without a plan has an empty curve. */
function cellOf({ scenario, method, simulations }: LabRun, value: number | null): CellResult {
  const curve = value === null ? [] : [{ simulations: 1, evaluations: 1, cost: value, feasible: true }];
  return { scenario, method, simulations, value, curve } as unknown as CellResult;
}
