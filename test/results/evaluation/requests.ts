/** A small request for the tests of this folder, and cells of it that cost nothing. */
import type { RunCell } from "../../../results/cells/cell.ts";
import type { EvaluationRequest } from "../../../results/evaluation/contract.ts";
import { fakeRunner } from "../cells.ts";

/** Sixteen cells. */
export const request: EvaluationRequest = {
  scenarios: ["one", "two"],
  methods: ["slow", "quick"],
  seeds: 2,
  seed: 7,
  budgets: [{ simulations: 10 }, { simulations: 20 }],
  track: null,
  trainedOn: {},
};

/** `slow` finds lower values, and more of both find lower ones with more simulations. */
export const values: RunCell = fakeRunner(({ method, seedIndex, budget }) => ({
  value: (method === "slow" ? 60 : 80) + 3 * seedIndex - (budget.simulations ?? 0) / 2,
  simulations: budget.simulations,
}));

export const hooksWith = (runCell: RunCell) => ({ runCell, clock: () => 0, cpuClock: () => 0 });
