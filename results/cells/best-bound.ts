/**
 * The best bounds known for a scenario, for any set of plan kinds: the largest of the simulator's
 * own and of those that planners proved.
 *
 * A found value below a bound that covers its plan's kind refutes the bound. A refuted bound of a
 * planner is left out with a warning. A refuted bound of the simulator is a fault of ours and ends
 * the comparison.
 */
import type { PlanKindName } from "../../env/model/plan/plan.ts";
import { bestOf, covering } from "../../env/sim/bounds/best.ts";
import type { Bound } from "../../env/sim/evaluator/contract.ts";
import { formatValue } from "../text/format.ts";
import type { CellResult } from "./cell.ts";

/**
 * Solvers work in floating point. A bound above a found value by at most this share does not refute
 * it, but proves it optimal.
 */
const TOLERANCE = 1e-6;

export type BoundFor = (kinds: readonly PlanKindName[]) => Bound;

/** `cells` are all of one scenario; sentences about refuted bounds are added to `warnings`. */
export function bestKnownBound(cells: readonly CellResult[], warnings: string[]): BoundFor {
  const { scenario, unit, simulatorBounds } = cells[0];
  for (const bound of simulatorBounds) {
    const against = refuting(cells, bound);
    if (against === null) continue;
    throw new Error(
      `The bound of "${scenario}" (${formatValue(unit, bound.value)}, ${bound.argument}) is above the value ` +
        `${formatValue(unit, against.value!)} of "${against.method}"; the simulator and its bound disagree.`,
    );
  }
  const known = [...simulatorBounds];
  for (const { method, plannerBound } of cells) {
    if (plannerBound === null) continue;
    const against = refuting(cells, plannerBound);
    if (against === null) known.push(plannerBound);
    else
      warnings.push(
        `On "${scenario}", "${method}" claims a bound of ${formatValue(unit, plannerBound.value)}, but "${against.method}" ` +
          `found ${formatValue(unit, against.value!)}; the claim is left out.`,
      );
  }
  return (kinds) => {
    const bound = bestOf(covering(known, kinds));
    const found = leastValue(cells, kinds)?.value ?? Number.POSITIVE_INFINITY;
    return bound.value > found ? { ...bound, value: found } : bound;
  };
}

/** The best cell that the bound says cannot be, null where there is none. */
function refuting(cells: readonly CellResult[], { value, covers }: Bound): CellResult | null {
  const best = leastValue(cells, covers);
  return best !== null && value > best.value! * (1 + TOLERANCE) ? best : null;
}

function leastValue(cells: readonly CellResult[], kinds: readonly PlanKindName[]): CellResult | null {
  return cells
    .filter(({ value, plan }) => value !== null && kinds.includes(kindOf(plan)))
    .reduce<CellResult | null>(
      (least, cell) => (least === null || cell.value! < least.value! ? cell : least),
      null,
    );
}

const kindOf = (plan: CellResult["plan"]): PlanKindName => (plan?.kind ?? "placement") as PlanKindName;

/** Plan kinds among the cells, each once. */
export const kindsOf = (cells: readonly CellResult[]): PlanKindName[] => [
  ...new Set(cells.map(({ plan }) => kindOf(plan))),
];
