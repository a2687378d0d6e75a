/** One group moved: the neighbourhood of local search. */
import { InputError } from "../../model/errors.ts";
import type { Placement } from "../../model/plan/placement.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Neighbours, Outcome } from "./contract.ts";

/** Throws one sentence where the scenario has no such group. */
export function checkMove({ grouping }: Scenario, group: number): void {
  if (!Number.isInteger(group) || group < 0 || group >= grouping.groupCount)
    throw new InputError(`The move names group ${group}, expected 0..${grouping.groupCount - 1}.`);
}

/** A copy of the placement with all ops of one group on `device`. */
export function movedPlan(scenario: Scenario, plan: Placement, group: number, device: number): Placement {
  checkMove(scenario, group);
  const { grouping } = scenario;
  const moved = plan.device.slice();
  for (let i = grouping.memberStart[group]; i < grouping.memberStart[group + 1]; i++)
    moved[grouping.members[i]] = device;
  return { ...plan, device: moved };
}

/** Neighbours that are each scored as a plan of their own. */
export const evaluatedNeighbours = (
  scenario: Scenario,
  plan: Placement,
  evaluate: (plan: Placement) => Outcome,
): Neighbours => ({ move: (group, device) => evaluate(movedPlan(scenario, plan, group, device)) });
