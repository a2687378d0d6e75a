/**
 * Scores plans that give each layer a resource type, by the cost of their cheapest units. The
 * scenario is a chain of layers, one group each, on one device for each type (see
 * agents/problems/provisioning).
 *
 * A plan that misses limits or floor costs the ceiling times 1 plus its shortfall: the share of the
 * floor that its best throughput lacks, 1 where it has more stages of a type than units.
 */
import { asPlacement, type Plan, validatePlan } from "../../../model/plan/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Bound, Evaluator, Outcome } from "../../evaluator/contract.ts";
import { separateEvaluator } from "../separate-plans.ts";
import { type ProvisioningProblem, stagesOf } from "./problem.ts";
import { bestUnits, shortestTime } from "./provision.ts";
import { floorTime } from "./stage-time.ts";

export function typesEvaluator(scenario: Scenario, problem: ProvisioningProblem): Evaluator {
  const { groupOf } = scenario.grouping;
  const typeOf = new Int32Array(problem.layers);
  const peakBytes = new Float64Array(problem.types);
  const ceiling = rentCeiling(problem);
  const evaluate = (plan: Plan): Outcome => {
    validatePlan(scenario, plan);
    const { device } = asPlacement(plan);
    for (let v = 0; v < groupOf.length; v++) typeOf[groupOf[v]] = device[v];
    const stages = stagesOf(problem, typeOf);
    const provisioning = bestUnits(problem, stages);
    if (provisioning !== null) {
      const { cost } = provisioning;
      return { feasible: true, value: cost, cost, violation: null, peakBytes };
    }
    const shortfall = 1 - 1 / (shortestTime(problem, stages) * problem.floor);
    return { feasible: false, value: null, cost: ceiling * (1 + shortfall), violation: null, peakBytes };
  };
  return separateEvaluator({ scenario, unit: "us", ceiling, evaluate, bounds: () => [workRent(problem)] });
}

/** Every unit of every type, as slow as the floor allows. */
export const rentCeiling = (problem: ProvisioningProblem): number =>
  problem.samples *
  floorTime(problem) *
  problem.price.reduce((sum, price, type) => sum + price * problem.limit[type], 0);

/**
 * No number of units computes a layer for less than one unit that is never idle: k units take at
 * least the k-th part of its time.
 */
export function workRent({ layers, types, computeTime, price, batch, samples }: ProvisioningProblem): Bound {
  let rent = 0;
  for (let layer = 0; layer < layers; layer++) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = 0; type < types; type++)
      least = Math.min(least, price[type] * computeTime[layer * types + type]);
    rent += least;
  }
  return { value: (samples * rent) / batch, argument: "work", covers: ["placement"] };
}
