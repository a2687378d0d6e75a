/**
 * A plan that needs no search and no time: everything on one accelerator where all weights fit,
 * else groups packed by memory. It is the answer of a run that ends before it has scored a plan.
 */
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import { planOfTypes } from "../../env/sim/objectives/provisioning/plan-of-types.ts";
import { pricedChain } from "../../env/sim/objectives/provisioning/priced-chain.ts";
import { typeChoices } from "../../env/sim/objectives/provisioning/type-choices.ts";
import { choicesOf, planOf } from "./choices.ts";
import { onOneDevice } from "./constructions.ts";

/**
 * The plain plan of a kind that the scenario's objective scores. Where that is pipelines alone,
 * under cost, it keeps the first type for as many layers as it can.
 */
export function plainPlanFor(scenario: Scenario): Plan {
  if (objectiveOf(scenario).accepts.includes("placement")) return plainPlan(scenario);
  const chain = pricedChain(scenario);
  const { problem } = chain;
  return planOfTypes(chain, typeChoices(problem).nearest(new Int32Array(problem.layers)));
}

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
