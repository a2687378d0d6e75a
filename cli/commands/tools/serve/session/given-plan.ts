/**
 * The plan of a request. It is the field `plan` as in plan files, or an array of devices. `device`
 * has one for each op, `groups` one for each group of the scenario.
 */
import { InputError } from "../../../../../env/model/errors.ts";
import { placement } from "../../../../../env/model/plan/placement.ts";
import { type Plan, planFromJson, validatePlan } from "../../../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../../../env/model/scenario.ts";
import type { Message } from "../frames/frame.ts";

export function planIn({ fields, arrays }: Message, scenario: Scenario): Plan {
  const plan = givenPlan({ fields, arrays }, scenario);
  validatePlan(scenario, plan);
  return plan;
}

function givenPlan({ fields, arrays }: Message, scenario: Scenario): Plan {
  if (fields.plan !== undefined) return planFromJson(scenario, fields.plan, "The plan");
  const [device, groups] = [arrays.get("device")?.data, arrays.get("groups")?.data];
  if (device !== undefined) return placement(device);
  if (groups === undefined)
    throw new InputError(
      `"${String(fields.call)}" needs a plan: the field plan, or an array device or groups.`,
    );
  const { groupCount, groupOf } = scenario.grouping;
  if (groups.length !== groupCount)
    throw new InputError(`The array groups has ${groups.length} entries for ${groupCount} groups.`);
  return placement(Array.from(groupOf, (group) => groups[group]));
}
