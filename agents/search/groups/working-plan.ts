/**
 * `WorkingPlan`: a plan under search. It keeps the op-level plan that the evaluator sees and the
 * devices of its groups in step. A change is made in place by `apply`; `snapshot` makes a copy to
 * keep.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import { type Choices, planOf } from "../../problems/choices.ts";

export interface WorkingPlan {
  readonly plan: Placement;
  readonly groupDevice: Int32Array;
  apply(group: number, device: number): void;
  reset(groupDevice: ArrayLike<number>): void;
  snapshot(): Placement;
}

export function workingPlan(choices: Choices, start: ArrayLike<number>): WorkingPlan {
  const { memberStart, members } = choices.scenario.grouping;
  const groupDevice = Int32Array.from(start);
  const plan = planOf(choices, groupDevice);
  const working: WorkingPlan = {
    plan,
    groupDevice,
    apply(group, device) {
      groupDevice[group] = device;
      for (let i = memberStart[group]; i < memberStart[group + 1]; i++) plan.device[members[i]] = device;
    },
    reset(devices) {
      for (let g = 0; g < choices.groupCount; g++)
        if (groupDevice[g] !== devices[g]) working.apply(g, devices[g]);
    },
    snapshot: () => ({ ...plan, device: plan.device.slice() }),
  };
  return working;
}
