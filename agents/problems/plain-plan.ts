/**
 * A plan that needs no search and no time: everything on one accelerator where all weights fit,
 * else groups packed by memory. It is the answer of a run that ends before it has scored a plan.
 */
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { choicesOf, planOf } from "./choices.ts";
import { onOneDevice } from "./constructions.ts";

/** Always a valid plan; the evaluator says whether it fits. */
export function plainPlan(scenario: Scenario): Placement {
  const choices = choicesOf(scenario, "accelerators");
  const { graph, cluster, grouping, fidelity } = scenario;
  const weights = new Float64Array(choices.groupCount);
  for (let v = 0; v < graph.opCount; v++)
    weights[grouping.groupOf[v]] += graph.parameterBytes[v] * (1 + fidelity.optimizerSlots);
  const total = weights.reduce((sum, bytes) => sum + bytes, 0);
  const roomy = choices.devices.find((d) => total <= cluster.devices[d].memoryBytes);
  if (roomy !== undefined) return planOf(choices, onOneDevice(choices, roomy));

  const freeBytes = Float64Array.from(cluster.devices, ({ memoryBytes }) => memoryBytes);
  const heaviestFirst = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a] || a - b);
  const groupDevice = new Int32Array(choices.groupCount);
  for (const g of heaviestFirst) {
    const device = choices.legal[g].reduce((most, d) => (freeBytes[d] > freeBytes[most] ? d : most));
    groupDevice[g] = device;
    freeBytes[device] -= weights[g];
  }
  return planOf(choices, groupDevice);
}
