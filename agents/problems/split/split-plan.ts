/** Converts between plans of ops and assignments of elements. */

import type { Elements } from "../../../env/model/layers/elements.ts";
import { type Placement, placement } from "../../../env/model/plan/placement.ts";
import type { SplitProblem } from "./split-problem.ts";
import type { Stage } from "./stage-load.ts";

/**
 * The plan of a contiguous split: each stage is on the next free device of its type. Devices
 * without a stage stay empty.
 */
export function splitPlan({ elements, types }: SplitProblem, stages: readonly Stage[]): Placement {
  const deviceOf = new Int32Array(elements.count);
  const next = types.map(() => 0);
  for (const stage of stages) {
    const device = types[stage.type].devices[next[stage.type]++];
    for (const element of stage.elements) deviceOf[element] = device;
  }
  return placement(elements.of.map((element) => deviceOf[element]));
}

/** Device of each element under a plan that keeps the ops of an element together. */
export function elementDevices({ of, count }: Elements, plan: Placement): Int32Array {
  const deviceOf = new Int32Array(count);
  plan.device.forEach((device, v) => {
    deviceOf[of[v]] = device;
  });
  return deviceOf;
}
