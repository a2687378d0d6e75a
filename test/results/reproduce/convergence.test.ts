/** Simulations until a run was as good as a value. */
import { expect, test } from "vitest";
import type { CellResult } from "../../../results/cells/cell.ts";
import { neverNote, simulationsUntil } from "../../../results/reproduce/convergence.ts";

const step = (simulations: number, cost: number, feasible = true) => ({
  simulations,
  evaluations: simulations,
  cost,
  feasible,
});
const cell = {
  simulations: 100,
  curve: [step(1, 5, false), step(4, 9), step(30, 6)],
} as unknown as CellResult;

test("is the first plan that fits and is as good; a run that never is counts in full", () => {
  const reached = simulationsUntil([cell, cell, cell, cell], [9, 6, 5, null]);
  expect(reached).toEqual({ simulations: [4, 30, 100, 4], never: 1 });
  expect(neverNote(reached)).toBe("1 of 4 runs never got there; all that they spent is counted.");
  expect(neverNote({ simulations: [1], never: 0 })).toBeNull();
});
