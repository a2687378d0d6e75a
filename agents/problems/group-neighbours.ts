/** Which groups exchange data or wait for each other. */
import { groupGraph } from "../../env/model/coarsen/group-graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";

/** Groups that each group has an edge from or to, ascending, each once. */
export function groupNeighbours(scenario: Scenario): Int32Array[] {
  const { groupCount, edgeCount, edgeSource, edgeDestination } = groupGraph(scenario);
  const sets = Array.from({ length: groupCount }, () => new Set<number>());
  for (let e = 0; e < edgeCount; e++) {
    sets[edgeSource[e]].add(edgeDestination[e]);
    sets[edgeDestination[e]].add(edgeSource[e]);
  }
  return sets.map((set) => Int32Array.from(set).sort());
}
