/**
 * When each group's first op starts in the simulated step: what Placeto's policy sees of the last run.
 *
 * An `Outcome` does not tell start times, so the engine runs the plan, which has been scored and charged, a second time. It
 * learns nothing that the scored run did not already know.
 */
import type { Scenario } from "../model/scenario.ts";
import { compile } from "../sim/compile.ts";
import { createEngine } from "../sim/engine.ts";

/** A function from the device of each group to the first start in each group in us, shape [groupCount]. */
export function createGroupStarts(scenario: Scenario): (device: Int32Array) => Float64Array {
  const engine = createEngine(compile(scenario));
  const { groupCount, groupOf } = scenario.grouping;
  const opDevice = new Int32Array(groupOf.length);
  return (device) => {
    for (let v = 0; v < groupOf.length; v++) opDevice[v] = device[groupOf[v]];
    engine.run(opDevice);
    const startUs = new Float64Array(groupCount).fill(Number.POSITIVE_INFINITY);
    for (let v = 0; v < groupOf.length; v++)
      if (engine.startUs[v] < startUs[groupOf[v]]) startUs[groupOf[v]] = engine.startUs[v];
    return startUs;
  };
}
