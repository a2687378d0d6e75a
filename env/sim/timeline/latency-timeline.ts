/**
 * The timeline of one sample under the latency objective, for pictures: when each op runs within
 * its piece. Transfers are between the ops, at both ends of a piece, and keep its accelerator busy.
 * Links are not simulated, so there are no records of them.
 */
import { asPlacement, type Plan, validatePlan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { createLatencyModel } from "../objectives/latency.ts";
import { weightPeaks, weightViolation } from "../objectives/weight-memory.ts";
import type { Timeline } from "./timeline.ts";

export function simulateLatency(scenario: Scenario, plan: Plan): Timeline {
  validatePlan(scenario, plan);
  const { device } = asPlacement(plan);
  const model = createLatencyModel(scenario);
  const makespanUs = model.latencyUs(device);
  const peakBytes = weightPeaks(scenario, device);
  return {
    makespanUs,
    device: device.slice(),
    opPriority: undefined,
    startUs: model.startUs.slice(),
    endUs: model.endUs.slice(),
    transfers: [],
    deviceBusyUs: model.busyUs.slice(),
    linkBusyUs: new Float64Array(scenario.cluster.links.length),
    peakBytes,
    violation: weightViolation(scenario, peakBytes),
  };
}
