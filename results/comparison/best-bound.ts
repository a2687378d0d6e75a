/**
 * The best bound known for a scenario: the largest of the simulator's own bound and of those that
 * planners proved.
 *
 * A bound holds for every plan, so a found value below it refutes it. A refuted bound of a planner
 * is left out with a warning. A refuted bound of the simulator is a fault of ours and ends the
 * comparison.
 */
import type { Bound } from "../../env/sim/evaluator/contract.ts";
import { formatValue } from "../format.ts";
import type { CellResult } from "./cell.ts";

/**
 * Solvers work in floating point. A bound above a found value by at most this share does not refute
 * it, but proves it optimal.
 */
const TOLERANCE = 1e-6;

/** `cells` are all of one scenario. Adds a sentence to `warnings` for each refuted bound. */
export function bestKnownBound(cells: readonly CellResult[], warnings: string[]): Bound {
  const { scenario, unit } = cells[0];
  const best = cells.reduce<CellResult | null>(
    (least, cell) =>
      cell.value !== null && cell.value < (least?.value ?? Number.POSITIVE_INFINITY) ? cell : least,
    null,
  );
  const refuted = (bound: Bound) => best !== null && bound.value > best.value! * (1 + TOLERANCE);
  let largest = cells[0].simulatorBound;
  if (refuted(largest))
    throw new Error(
      `The bound of "${scenario}" (${formatValue(unit, largest.value)}, ${largest.argument}) is above the value ` +
        `${formatValue(unit, best!.value!)} of "${best!.method}"; the simulator and its bound disagree.`,
    );
  const claims = cells.flatMap(({ method, plannerBound }) =>
    plannerBound === null ? [] : [{ method, plannerBound }],
  );
  for (const { method, plannerBound } of claims) {
    if (!refuted(plannerBound)) {
      if (plannerBound.value > largest.value) largest = plannerBound;
      continue;
    }
    warnings.push(
      `On "${scenario}", "${method}" claims a bound of ${formatValue(unit, plannerBound.value)}, ` +
        `but "${best!.method}" found ${formatValue(unit, best!.value!)}; the claim is left out.`,
    );
  }
  return best !== null && largest.value > best.value! ? { ...largest, value: best.value! } : largest;
}
