/** One group moved: the neighbourhood of local search. */
import { InputError } from "../../model/errors.ts";
import type { Placement } from "../../model/plan/placement.ts";
import { asPlacement, type Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Neighbours, Outcome } from "./contract.ts";

/** Throws one sentence where the scenario has no such group. */
export function checkMove({ grouping }: Scenario, group: number): void {
  if (!Number.isInteger(group) || group < 0 || group >= grouping.groupCount)
    throw new InputError(`The move names group ${group}, expected 0..${grouping.groupCount - 1}.`);
}

/** A copy of the placement with all ops of one group on `device`. */
export function movedPlan(scenario: Scenario, plan: Plan, group: number, device: number): Placement {
  checkMove(scenario, group);
  const { grouping } = scenario;
  const from = asPlacement(plan);
  const moved = from.device.slice();
  for (let i = grouping.memberStart[group]; i < grouping.memberStart[group + 1]; i++)
    moved[grouping.members[i]] = device;
  return { ...from, device: moved };
}

/** Neighbours that are each scored as a plan of their own; null for a plan without group moves. */
export const evaluatedNeighbours = (
  scenario: Scenario,
  plan: Plan,
  evaluate: (plan: Placement) => Outcome,
): Neighbours | null =>
  plan.kind === "placement"
    ? { move: (group, device) => evaluate(movedPlan(scenario, plan, group, device)) }
    : null;
