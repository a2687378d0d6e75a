/**
 * Memory as dnn-partitioning counts it (Tarnawski et al., NeurIPS 2020). The parameter bytes of an
 * accelerator's ops must not exceed its memory; CPUs have no limit. Also the evaluator of an
 * objective that is a formula under that memory.
 */
import { weightLimitBytes } from "../../model/cluster/cluster.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { PLACEMENTS } from "../bounds/best.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Bound, Evaluator, Outcome, Violation } from "../evaluator/contract.ts";
import { penalisedCost } from "../evaluator/penalty.ts";
import { separateEvaluator } from "./separate-plans.ts";

export interface Formula {
  /** The objective's value in us of a valid placement, memory ignored. */
  readonly valueUs: (device: Int32Array) => number;
  readonly ceiling: number;
  readonly bounds: () => readonly Bound[];
}

export function weightLimitedEvaluator(scenario: Scenario, { valueUs, ceiling, bounds }: Formula): Evaluator {
  const evaluate = (plan: Plan): Outcome => {
    checkAccepted(scenario, PLACEMENTS, plan);
    const peakBytes = weightPeaks(scenario, plan.device);
    const violation = weightViolation(scenario, peakBytes);
    if (violation !== null)
      return { feasible: false, value: null, cost: penalisedCost(ceiling, violation), violation, peakBytes };
    const value = valueUs(plan.device);
    return { feasible: true, value, cost: value, violation: null, peakBytes };
  };
  return separateEvaluator({ scenario, unit: "us", ceiling, evaluate, bounds });
}

export function weightPeaks({ graph, cluster }: Scenario, device: Int32Array): Float64Array {
  const bytes = new Float64Array(cluster.devices.length);
  for (let v = 0; v < graph.opCount; v++) bytes[device[v]] += graph.parameterBytes[v];
  return bytes;
}

/** The accelerator furthest over its memory, or null where all fit. */
export function weightViolation({ cluster }: Scenario, peakBytes: Float64Array): Violation | null {
  let worst: Violation | null = null;
  for (let d = 0; d < peakBytes.length; d++) {
    const limitBytes = weightLimitBytes(cluster.devices[d]);
    const excessBytes = peakBytes[d] - limitBytes;
    if (excessBytes <= (worst?.excessBytes ?? 0)) continue;
    worst = { device: d, peakBytes: peakBytes[d], limitBytes, excessBytes, op: -1 };
  }
  return worst;
}
