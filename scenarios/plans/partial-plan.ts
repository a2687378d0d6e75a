/**
 * Devices that a file gives to some ops, completed. An op without one goes with its co-location
 * class, or else with the forward op that it belongs to.
 */
import { InputError } from "../../env/model/errors.ts";
import { type Placement, placement } from "../../env/model/plan/placement.ts";
import { validatePlan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";

export const NO_DEVICE = -1;

/** The completed plan; throws one sentence where an op is left, or where the plan is not valid. */
export function completedPlan(scenario: Scenario, given: Int32Array): Placement {
  const device = withTheirClass(scenario, given);
  const left = device.indexOf(NO_DEVICE);
  if (left !== -1)
    throw new InputError(
      `it gives no device for op "${scenario.graph.names[left]}" nor for one that it shares a device with.`,
    );
  const plan = placement(device);
  validatePlan(scenario, plan);
  return plan;
}

/** A copy in which ops have the device of their class or twin; -1 where neither has one. */
export function withTheirClass({ graph }: Scenario, given: Int32Array): Int32Array {
  const ofClass = new Int32Array(graph.colocationCount).fill(NO_DEVICE);
  given.forEach((d, v) => {
    if (d !== NO_DEVICE && graph.colocation[v] !== -1) ofClass[graph.colocation[v]] = d;
  });
  const device = given.map((d, v) =>
    d !== NO_DEVICE || graph.colocation[v] === -1 ? d : ofClass[graph.colocation[v]],
  );
  return device.map((d, v) => (d !== NO_DEVICE || graph.twin[v] === -1 ? d : device[graph.twin[v]]));
}
