/**
 * The cheapest plan of types by trying all, for small problems and as a yardstick. The first of
 * equally cheap plans is answered, in the order of the types of the last layers first.
 */
import type { ProvisioningProblem } from "../../../env/sim/objectives/provisioning/problem.ts";
import { stagesOf } from "../../../env/sim/objectives/provisioning/problem.ts";
import { bestUnits } from "../../../env/sim/objectives/provisioning/provision.ts";
import type { ProvisionedPlan } from "./contract.ts";

/** Plans that are tried within seconds. */
export const MOST_PLANS = 1e6;

export interface AllPlans {
  readonly best: ProvisionedPlan | null;
  /** Plans with units that fit limits and floor. */
  readonly feasible: number;
}

/** Pre: types to the power of layers is at most `MOST_PLANS`. */
export function everyPlan(problem: ProvisioningProblem): AllPlans {
  let best: ProvisionedPlan | null = null;
  let feasible = 0;
  for (const typeOf of allTypes(problem)) {
    const provisioning = bestUnits(problem, stagesOf(problem, typeOf));
    if (provisioning === null) continue;
    feasible++;
    if (best === null || provisioning.cost < best.provisioning.cost)
      best = { typeOf: typeOf.slice(), provisioning };
  }
  return { best, feasible };
}

/** Counts up; the list is overwritten by the next step. */
function* allTypes({ layers, types }: ProvisioningProblem): Generator<Int32Array, void> {
  const typeOf = new Int32Array(layers);
  for (;;) {
    yield typeOf;
    let layer = 0;
    while (layer < layers && ++typeOf[layer] === types) typeOf[layer++] = 0;
    if (layer === layers) return;
  }
}
