/** One group moved: the neighbourhood of local search. */
import { InputError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";

/** A copy of the plan with all ops of one group on `device`. */
export function movedPlan({ grouping }: Scenario, plan: Plan, group: number, device: number): Plan {
  if (!Number.isInteger(group) || group < 0 || group >= grouping.groupCount)
    throw new InputError(`The move names group ${group}, expected 0..${grouping.groupCount - 1}.`);
  const moved = plan.device.slice();
  for (let i = grouping.memberStart[group]; i < grouping.memberStart[group + 1]; i++)
    moved[grouping.members[i]] = device;
  return { ...plan, device: moved };
}
