/**
 * What a grouping costs and keeps, as numbers to compare rules by.
 *
 * Cut bytes are those that cross if every group has a device to itself. Each output counts once for
 * each other group that reads it. The same sum with one op in each group is given too.
 */
import type { OpGraph } from "../graph/graph.ts";
import { isAcyclic } from "./components.ts";
import type { Grouping } from "./grouping.ts";
import { opWork } from "./work.ts";

export interface CoarseningReport {
  readonly ops: number;
  readonly groups: number;
  /** Most ops in one group. */
  readonly largestOps: number;
  readonly cutBytes: number;
  /** Cut bytes of one group for each op. */
  readonly opCutBytes: number;
  /** Work of the largest group over the mean of all groups: 1 is perfect balance. */
  readonly workImbalance: number;
  /**
   * Share of all work in the largest group: with D equal devices, above 1 / D no plan is balanced.
   */
  readonly largestWorkShare: number;
  /** False where groups wait for each other in a cycle. */
  readonly acyclic: boolean;
}

export function coarseningReport(graph: OpGraph, grouping: Grouping): CoarseningReport {
  const { groupCount, groupOf, memberStart } = grouping;
  const ofOp = opWork(graph);
  const work = new Float64Array(groupCount);
  for (let v = 0; v < graph.opCount; v++) work[groupOf[v]] += ofOp[v];
  const totalWork = work.reduce((sum, of) => sum + of, 0);
  const largestWork = work.reduce((most, of) => Math.max(most, of), 0);
  let largestOps = 0;
  for (let g = 0; g < groupCount; g++) largestOps = Math.max(largestOps, memberStart[g + 1] - memberStart[g]);
  return {
    ops: graph.opCount,
    groups: groupCount,
    largestOps,
    cutBytes: cutBytes(graph, groupOf),
    opCutBytes: cutBytes(
      graph,
      graph.topologicalOrder.map((_, v) => v),
    ),
    workImbalance: totalWork > 0 ? (largestWork * groupCount) / totalWork : 1,
    largestWorkShare: totalWork > 0 ? largestWork / totalWork : 0,
    acyclic: isAcyclic(graph, grouping),
  };
}

/**
 * Bytes between parts of the graph. Each output counts once for each other part that reads it, at
 * its largest read.
 */
export function cutBytes(graph: OpGraph, partOf: ArrayLike<number>): number {
  let sum = 0;
  for (let v = 0; v < graph.opCount; v++) {
    const crossing = new Map<string, number>();
    for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
      const e = graph.outEdge[i];
      const to = partOf[graph.edgeDestination[e]];
      if (to === partOf[v]) continue;
      const read = `${graph.edgeOutput[e]}>${to}`;
      crossing.set(read, Math.max(crossing.get(read) ?? 0, graph.edgeBytes[e]));
    }
    for (const bytes of crossing.values()) sum += bytes;
  }
  return sum;
}
