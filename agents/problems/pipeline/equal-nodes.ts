/**
 * Clusters of equal nodes, for planners that know no others: accelerators of one kind and memory,
 * equally many in each machine (machine-borders.ts).
 */
import { acceleratorsOf } from "../../../env/model/cluster/cluster.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { machineBorders } from "./machine-borders.ts";

/** What the cluster has that is not equal, as the end of a sentence; null where all is. */
export function unequalNodes(scenario: Scenario): string | null {
  const { devices } = scenario.cluster;
  const accelerators = acceleratorsOf(scenario.cluster);
  if (accelerators.length === 0) return null;
  const kinds = [...new Set(accelerators.map((d) => devices[d].kind))];
  if (kinds.length > 1) return `the cluster has ${kinds.join(" and ")}`;
  const memories = new Set(accelerators.map((d) => devices[d].memoryBytes));
  if (memories.size > 1) return `accelerators of the cluster have ${memories.size} sizes of memory`;
  const { ends } = machineBorders(scenario, accelerators);
  const sizes = ends.map((end, machine) => end - (ends[machine - 1] ?? 0));
  if (sizes.every((size) => size === sizes[0])) return null;
  return `machines of the cluster have ${sizes.join(", ")} accelerators`;
}
