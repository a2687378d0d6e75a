/**
 * Evaluations to converge: how many simulations a run had spent when its best plan was as good as a
 * given value. A run that never is counts with all that it spent. The number is then a lower limit,
 * and `never` counts such runs for the note of a claim.
 */
import type { CellResult } from "../cells/cell.ts";

export interface Reached {
  /** By seed, in the order of the cells. */
  readonly simulations: readonly number[];
  /** Runs that never were as good. */
  readonly never: number;
}

/** Pre: a target for each cell, null where any plan that fits will do. */
export function simulationsUntil(cells: readonly CellResult[], targets: readonly (number | null)[]): Reached {
  const found = cells.map(({ curve }, i) => {
    const target = targets[i] ?? Number.POSITIVE_INFINITY;
    return curve.find(({ feasible, cost }) => feasible && cost <= target)?.simulations;
  });
  return {
    simulations: found.map((simulations, i) => simulations ?? cells[i].simulations),
    never: found.filter((simulations) => simulations === undefined).length,
  };
}

/** A sentence on the runs that never got there, null where all did. */
export const neverNote = ({ never, simulations }: Reached): string | null =>
  never === 0
    ? null
    : `${never} of ${simulations.length} runs never got there; all that they spent is counted.`;
