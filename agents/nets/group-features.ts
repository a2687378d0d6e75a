/**
 * What a sequence model sees of each group, after ColocRL (Mirhoseini et al., ICML 2017). It sees
 * the kinds of the group's ops, its sizes, and its neighbours as one-hot rows over the groups. All
 * columns are in [0, 1].
 */
import { groupGraph } from "../../env/model/coarsen/group-graph.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";

export interface GroupFeatures {
  readonly columns: number;
  /** How many columns come first that are shares of op types. */
  readonly types: number;
  /** Shape [groups x columns]. */
  readonly values: Float32Array;
}

/**
 * Columns, in this order:
 * - for each op type, its share of the group's ops;
 * - for each device, the run time; then parameter bytes and output bytes, over their largest
 *   values;
 * - for each group, whether it is a predecessor;
 * - for each group, whether it is a successor or the group itself.
 */
export function groupFeatures(scenario: Scenario): GroupFeatures {
  const { graph, grouping } = scenario;
  const groups = groupGraph(scenario);
  const { groupCount, deviceCount } = groups;
  const types = [...new Set(graph.types)].sort();
  const sizes = [
    ...Array.from({ length: deviceCount }, (_, d) => share(column(groups.computeUs, deviceCount, d))),
    share(groups.parameterBytes),
    share(groups.outputBytes),
  ];
  const columns = types.length + sizes.length + 2 * groupCount;
  const values = new Float32Array(groupCount * columns);

  for (let v = 0; v < graph.opCount; v++) {
    const g = grouping.groupOf[v];
    values[g * columns + types.indexOf(graph.types[v])] += 1 / groups.opCount[g];
  }
  const firstNeighbour = types.length + sizes.length;
  for (let g = 0; g < groupCount; g++) {
    sizes.forEach((size, i) => {
      values[g * columns + types.length + i] = size[g];
    });
    values[g * columns + firstNeighbour + groupCount + g] = 1;
  }
  for (let e = 0; e < groups.edgeCount; e++) {
    const [from, to] = [groups.edgeSource[e], groups.edgeDestination[e]];
    values[to * columns + firstNeighbour + from] = 1;
    values[from * columns + firstNeighbour + groupCount + to] = 1;
  }
  return { columns, types: types.length, values };
}

function column(matrix: Float64Array, columns: number, index: number): Float64Array {
  return Float64Array.from({ length: matrix.length / columns }, (_, row) => matrix[row * columns + index]);
}

/**
 * Entries over the largest finite one. An infinite entry, of a device that cannot run the group,
 * counts as 1.
 */
function share(values: Float64Array): Float64Array {
  const largest = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
  return values.map((value) => (largest === 0 ? 0 : Math.min(1, value / largest)));
}

/**
 * Random rows scaled so that the embedded groups have entries of unit variance: else all groups
 * look alike at first.
 */
export function unitEmbedding(
  { values, columns }: GroupFeatures,
  seen: number,
  hidden: number,
  rng: Rng,
): Float32Array {
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  const deviation = Math.sqrt(values.length / columns / squares);
  return Float32Array.from({ length: seen * hidden }, () => deviation * rng.normal());
}
