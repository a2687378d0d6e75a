/**
 * What REGAL's network sees of a scenario: its groups as nodes, and the edges among them both
 * ways. The paper names op kinds, sizes of inputs and outputs and bytes of tensors; the exact
 * columns are ours. Op kinds are left out, so that weights fit graphs of other kinds.
 *
 * Sizes are logarithms of a size over its mean in the graph, so a graph of large tensors looks like
 * one of small ones. Levels are shares of the longest path.
 */
import { type GroupGraph, groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { AttributedGraph } from "../../nets/passing/edge-passing.ts";

export const nodeColumns = Object.freeze([
  "compute",
  "output bytes",
  "parameter bytes",
  "bytes in",
  "bytes out",
  "bytes in less bytes held",
  "edges in",
  "edges out",
  "level from the first op",
  "level from the last op",
  "slack",
  "place in topological order",
] as const);
export const edgeColumns = Object.freeze(["bytes", "is turned round", "levels apart"] as const);

export interface NodeFeatures {
  readonly graph: AttributedGraph;
  /** [groups x nodeColumns], row by row. */
  readonly nodes: Float32Array;
}

export function featuresOf(scenario: Scenario): NodeFeatures {
  const groups = groupGraph(scenario);
  const { groupCount, edgeCount, edgeSource, edgeDestination, edgeBytes, outputBytes } = groups;
  const [bytesIn, bytesOut, edgesIn, edgesOut] = Array.from(
    { length: 4 },
    () => new Float64Array(groupCount),
  );
  for (let e = 0; e < edgeCount; e++) {
    bytesIn[edgeDestination[e]] += edgeBytes[e];
    bytesOut[edgeSource[e]] += edgeBytes[e];
    edgesIn[edgeDestination[e]]++;
    edgesOut[edgeSource[e]]++;
  }
  const { down, up, place } = levelsOf(scenario.graph);
  const [fromFirst, fromLast, position] = [down, up, place].map((values) => groupMeans(scenario, values));
  const columns = [
    logSizes(fastestUs(groups)),
    logSizes(outputBytes),
    logSizes(groups.parameterBytes),
    logSizes(bytesIn),
    logSizes(bytesOut),
    balance(bytesIn, outputBytes),
    logSizes(edgesIn),
    logSizes(edgesOut),
    centred(fromFirst),
    centred(fromLast),
    fromFirst.map((level, g) => 1 - level - fromLast[g]),
    centred(position),
  ];
  return { graph: edgesBothWays(groups, fromFirst), nodes: interleaved(columns, groupCount) };
}

function edgesBothWays(
  { groupCount, edgeCount, edgeSource, edgeDestination, edgeBytes }: GroupGraph,
  level: Float64Array,
): AttributedGraph {
  const from = both(edgeSource, edgeDestination);
  const to = both(edgeDestination, edgeSource);
  const bytes = logSizes(edgeBytes);
  const edgeFeatures = new Float32Array(from.length * edgeColumns.length);
  for (let e = 0; e < from.length; e++)
    edgeFeatures.set(
      [bytes[e % edgeCount], e < edgeCount ? 0 : 1, level[to[e]] - level[from[e]]],
      e * edgeColumns.length,
    );
  return { nodes: groupCount, edges: { from, to }, edgeFeatures };
}

function both(first: Int32Array, second: Int32Array): Int32Array {
  const joined = new Int32Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** Edges on the longest path to and from each op, and its place in order, in shares of the most. */
function levelsOf({ opCount, topologicalOrder, inStart, edgeSource }: OpGraph) {
  const [down, up, place] = Array.from({ length: 3 }, () => new Float64Array(opCount));
  topologicalOrder.forEach((v, i) => {
    place[v] = i / Math.max(1, opCount - 1);
    for (let k = inStart[v]; k < inStart[v + 1]; k++) down[v] = Math.max(down[v], down[edgeSource[k]] + 1);
  });
  for (const v of topologicalOrder.toReversed())
    for (let k = inStart[v]; k < inStart[v + 1]; k++) {
      const u = edgeSource[k];
      up[u] = Math.max(up[u], up[v] + 1);
    }
  const longest = Math.max(1, largestOf(down));
  return { down: down.map((level) => level / longest), up: up.map((level) => level / longest), place };
}

function groupMeans({ grouping: { groupCount, groupOf } }: Scenario, values: Float64Array): Float64Array {
  const [sums, counts] = [new Float64Array(groupCount), new Float64Array(groupCount)];
  values.forEach((value, v) => {
    sums[groupOf[v]] += value;
    counts[groupOf[v]]++;
  });
  return sums.map((sum, g) => sum / counts[g]);
}

function fastestUs({ groupCount, deviceCount, computeUs }: GroupGraph): Float64Array {
  return Float64Array.from({ length: groupCount }, (_, g) =>
    computeUs.subarray(g * deviceCount, (g + 1) * deviceCount).reduce((a, b) => Math.min(a, b)),
  );
}

/** log(1 + size / mean) less its value at the mean; 0 everywhere where all sizes are 0. */
function logSizes(sizes: Float64Array): Float64Array {
  const mean = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
  return sizes.map((size) => (mean > 0 ? Math.log1p(size / mean) - Math.LN2 : 0));
}

/** (in - held) / (in + held): above 0 where running the group frees more than it takes. */
const balance = (bytesIn: Float64Array, held: Float64Array): Float64Array =>
  bytesIn.map((bytes, g) => (bytes + held[g] > 0 ? (bytes - held[g]) / (bytes + held[g]) : 0));

const centred = (shares: Float64Array): Float64Array => shares.map((share) => 2 * share - 1);

const largestOf = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);

function interleaved(columns: readonly Float64Array[], rows: number): Float32Array {
  const table = new Float32Array(rows * columns.length);
  columns.forEach((column, c) => {
    for (let row = 0; row < rows; row++) table[row * columns.length + c] = column[row];
  });
  return table;
}
