/** The memory limits that a plan has to keep, as the evaluator of the objective counts them. */
import { weightLimitBytes } from "../../model/cluster/cluster.ts";
import type { Scenario } from "../../model/scenario.ts";
import { objectiveOf } from "./evaluator.ts";

/** Whether only the weights on accelerators count; otherwise the fidelity says what does. */
export const countsWeightsAlone = (scenario: Pick<Scenario, "objective">): boolean =>
  objectiveOf(scenario).memory === "weights";

/** Limit of each device in bytes, `Infinity` where it has none. */
export function memoryLimits(scenario: Pick<Scenario, "cluster" | "fidelity" | "objective">): Float64Array {
  const { cluster, fidelity, objective } = scenario;
  if (countsWeightsAlone(scenario)) return Float64Array.from(cluster.devices, weightLimitBytes);
  const isLimited = objectiveOf({ objective }).memory === "fidelity" && fidelity.memory === "training";
  return Float64Array.from(cluster.devices, ({ memoryBytes }) =>
    isLimited ? memoryBytes : Number.POSITIVE_INFINITY,
  );
}
