/**
 * What the published sequence placers see of a group: the types of its ops, the sizes of its
 * outputs, and its neighbours.
 *
 * Source: ColocRL (Mirhoseini et al., ICML 2017) and HDP (ICLR 2018). The graph here knows the
 * bytes of an output, not its dimensions, so an output is one number where the papers have four.
 */
import { groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { GroupFeatures } from "../group-features.ts";

/** Outputs that are told apart; the rest are padded away. */
const OUTPUTS = 6;

/**
 * Columns, in this order, all in [0, 1]:
 * - for each op type, its share of the group's ops;
 * - bytes of the largest outputs of the group's ops, largest first, over the graph's largest;
 * - for each group, whether it is a neighbour.
 */
export function placerFeatures(scenario: Scenario): GroupFeatures {
  const { graph, grouping } = scenario;
  const { groupCount, edgeCount, edgeSource, edgeDestination } = groupGraph(scenario);
  const types = [...new Set(graph.types)].sort();
  const columns = types.length + OUTPUTS + groupCount;
  const values = new Float32Array(groupCount * columns);
  const sizes = Array.from({ length: groupCount }, (): number[] => []);
  const members = new Int32Array(groupCount);
  for (const g of grouping.groupOf) members[g]++;
  for (let v = 0; v < graph.opCount; v++) {
    const g = grouping.groupOf[v];
    values[g * columns + types.indexOf(graph.types[v])] += 1 / members[g];
    sizes[g].push(...outputsOf(graph, v));
  }
  const largest = sizes.flat().reduce((a, b) => Math.max(a, b), 0) || 1;
  sizes.forEach((bytes, g) => {
    const shown = bytes.sort((a, b) => b - a).slice(0, OUTPUTS);
    values.set(
      shown.map((size) => size / largest),
      g * columns + types.length,
    );
  });
  const first = types.length + OUTPUTS;
  for (let e = 0; e < edgeCount; e++) {
    const [from, to] = [edgeSource[e], edgeDestination[e]];
    values[to * columns + first + from] = 1;
    values[from * columns + first + to] = 1;
  }
  return { columns, types: types.length, values };
}

const outputsOf = ({ outputStart, outputBytes }: OpGraph, v: number): Float64Array =>
  outputBytes.subarray(outputStart[v], outputStart[v + 1]);
