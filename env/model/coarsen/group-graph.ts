/**
 * `GroupGraph`: the scenario at the level of its groups, the quotient of the op graph. Agents
 * observe it and list schedulers order it. Times and bytes are sums over the group's ops; edges are
 * merged per ordered pair of groups.
 *
 * The quotient of a training graph can be cyclic, since a forward op may be grouped with its
 * backward twin. Group numbers are a total order in any case, by first forward op.
 */

import type { Cluster } from "../cluster/cluster.ts";
import { runTimesUs } from "../cluster/speed.ts";
import { type OpGraph, Role } from "../graph/graph.ts";
import type { Grouping } from "./grouping.ts";

export interface GroupGraph {
  readonly groupCount: number;
  readonly deviceCount: number;
  /**
   * Run time of the whole group on each device in us, shape [groupCount x deviceCount]; `Infinity`
   * where unsupported.
   */
  readonly computeUs: Float64Array;
  readonly forwardUs: Float64Array;
  readonly parameterBytes: Float64Array;
  /** Bytes of all outputs of the group's ops. */
  readonly outputBytes: Float64Array;
  readonly opCount: Int32Array;

  readonly edgeCount: number;
  /** Edges in order of source, then destination; no edge from a group to itself. */
  readonly edgeSource: Int32Array;
  readonly edgeDestination: Int32Array;
  /**
   * Bytes that cross if the two groups are on different devices. Each output counts once per
   * destination.
   */
  readonly edgeBytes: Float64Array;
}

/** The parts of a scenario that its groups' graph depends on. */
export interface GroupedGraph {
  readonly graph: OpGraph;
  readonly grouping: Grouping;
  readonly cluster: Cluster;
}

export function groupGraph({ graph, grouping, cluster }: GroupedGraph): GroupGraph {
  const { groupCount, groupOf } = grouping;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const computeUs = new Float64Array(groupCount * deviceCount);
  const forwardUs = new Float64Array(groupCount * deviceCount);
  const parameterBytes = new Float64Array(groupCount);
  const outputBytes = new Float64Array(groupCount);
  const opCount = new Int32Array(groupCount);
  for (let v = 0; v < graph.opCount; v++) {
    const g = groupOf[v];
    opCount[g]++;
    parameterBytes[g] += graph.parameterBytes[v];
    for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
      outputBytes[g] += graph.outputBytes[port];
    for (let d = 0; d < deviceCount; d++) {
      computeUs[g * deviceCount + d] += runUs[v * deviceCount + d];
      if (graph.role[v] === Role.forward) forwardUs[g * deviceCount + d] += runUs[v * deviceCount + d];
    }
  }

  // One output of one op crosses once per destination group, however many ops use it there.
  const bytesOf = new Map<number, number>();
  const crossing = new Map<string, number>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const from = groupOf[graph.edgeSource[e]];
    const to = groupOf[graph.edgeDestination[e]];
    if (from === to) continue;
    const pair = from * groupCount + to;
    const tensor = `${graph.edgeSource[e]}:${graph.edgeOutput[e]}>${to}`;
    const counted = crossing.get(tensor) ?? 0;
    const bytes = Math.max(counted, graph.edgeBytes[e]);
    crossing.set(tensor, bytes);
    bytesOf.set(pair, (bytesOf.get(pair) ?? 0) + bytes - counted);
  }
  const pairs = [...bytesOf.keys()].sort((a, b) => a - b);
  return {
    groupCount,
    deviceCount,
    computeUs,
    forwardUs,
    parameterBytes,
    outputBytes,
    opCount,
    edgeCount: pairs.length,
    edgeSource: Int32Array.from(pairs, (pair) => Math.floor(pair / groupCount)),
    edgeDestination: Int32Array.from(pairs, (pair) => pair % groupCount),
    edgeBytes: Float64Array.from(pairs, (pair) => bytesOf.get(pair)!),
  };
}
