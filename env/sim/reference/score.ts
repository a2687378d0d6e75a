/**
 * The score of a plan by the slow specifications alone: none of the code of the evaluators takes
 * part. The value of the makespan and of peaks is that of the evaluator to the last digit; formulas
 * add in another order.
 */
import { weightLimitBytes } from "../../model/cluster/cluster.ts";
import { asPlacement, type Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { referenceLatency } from "./latency.ts";
import { referenceMaxLoadUs } from "./max-load.ts";
import { referenceRun } from "./reference.ts";

/** Largest relative difference that another order of additions makes. */
export const FORMULA_TOLERANCE = 1e-9;

/** The value, null where a device's memory is exceeded. `NaN` where the order waits for itself. */
export function referenceValue(scenario: Scenario, plan: Plan): number | null {
  const { device, opPriority } = asPlacement(plan);
  const { objective, cluster } = scenario;
  if (objective === "max-load" || objective === "latency") {
    if (!weightsFit(scenario, device)) return null;
    if (objective === "max-load") return referenceMaxLoadUs(scenario, device);
    return referenceLatency(scenario, device).latencyUs;
  }
  const { makespanUs, peakBytes } = referenceRun(scenario, device, opPriority);
  const isOver = peakBytes.some((bytes, d) => bytes > cluster.devices[d].memoryBytes);
  if (isOver && scenario.fidelity.memory === "training") return null;
  return objective === "peak-memory" ? Math.max(0, ...peakBytes) : makespanUs;
}

function weightsFit({ graph, cluster }: Scenario, device: ArrayLike<number>): boolean {
  return cluster.devices.every((machine, d) => {
    let bytes = 0;
    for (let v = 0; v < graph.opCount; v++) if (device[v] === d) bytes += graph.parameterBytes[v];
    return bytes <= weightLimitBytes(machine);
  });
}
