/**
 * The cheapest plan of types at any size, exact. The cost is a time per sample times a rent. The
 * time is one that some stage attains, and the least rent never grows with it. So a range of times
 * costs at least its shortest time at the rent of its longest. Ranges are halved until they cannot
 * beat the best plan.
 *
 * HeterPS learns these plans; a chain needs no learning, and this is its yardstick.
 */
import type { ProvisioningProblem } from "../../../env/sim/objectives/provisioning/problem.ts";
import { stagesOf } from "../../../env/sim/objectives/provisioning/problem.ts";
import { bestUnits } from "../../../env/sim/objectives/provisioning/provision.ts";
import type { ProvisionedPlan } from "./contract.ts";
import { leastRent, leastRentUnlimited } from "./least-rent.ts";
import { attainableTimes, stageComputeTimes, unitsForTime } from "./stage-table.ts";

/** Null where no plan fits limits and floor. */
export function cheapestPlan(problem: ProvisioningProblem): ProvisionedPlan | null {
  const computeTimes = stageComputeTimes(problem);
  const times = attainableTimes(problem, computeTimes);
  let best: ProvisionedPlan | null = null;
  const bestCost = () => (best === null ? Number.POSITIVE_INFINITY : best.provisioning.cost);

  const ranges: Range[] = times.length === 0 ? [] : [{ low: 0, high: times.length - 1, rentAtLeast: 0 }];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const { low, high, rentAtLeast } = range;
    const rentBelow = bestCost() / (problem.samples * times[low]);
    if (rentAtLeast >= rentBelow) continue;
    const units = unitsForTime(problem, computeTimes, times[high]);
    const relaxed = leastRentUnlimited(problem, units);
    if (relaxed >= rentBelow) continue;
    const plan = leastRent(problem, units, rentBelow);
    // Nothing at the longest time: nothing at a shorter one.
    if (plan === null) continue;
    best = cheaper(problem, best, plan.typeOf);
    if (low === high) continue;
    const middle = (low + high - 1) >> 1;
    ranges.push({ low, high: middle, rentAtLeast: plan.rent });
    if (middle + 1 <= high - 1) ranges.push({ low: middle + 1, high: high - 1, rentAtLeast: plan.rent });
  }
  return best;
}

/** Times from number `low` to `high`, and a rent that all their plans have at least. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly rentAtLeast: number;
}

function cheaper(
  problem: ProvisioningProblem,
  best: ProvisionedPlan | null,
  typeOf: Int32Array,
): ProvisionedPlan | null {
  const provisioning = bestUnits(problem, stagesOf(problem, typeOf));
  if (provisioning === null || (best !== null && best.provisioning.cost <= provisioning.cost)) return best;
  return { typeOf, provisioning };
}
