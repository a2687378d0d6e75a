/**
 * `Grouping`: which ops move together. Agents act on groups; plans, scores and bounds stay
 * op-level.
 *
 * Groups are numbered by their first op in the graph's topological order, forward ops before
 * others. So group order is a topological order of the forward graph wherever one exists. A forward
 * op grouped with its backward twin can make the quotient cyclic. Nothing here needs an acyclic
 * quotient.
 */
import { InputError } from "../errors.ts";
import { type OpGraph, Role } from "../graph/graph.ts";

export interface Grouping {
  readonly groupCount: number;
  /** Group of each op, shape [opCount]. */
  readonly groupOf: Int32Array;
  /** Ops of group g: members[memberStart[g] .. memberStart[g + 1]), ascending. */
  readonly memberStart: Int32Array;
  readonly members: Int32Array;
}

/**
 * Makes a grouping from any labels of the ops, and numbers the groups by their first forward op.
 */
export function groupingOf(graph: OpGraph, label: ArrayLike<number>): Grouping {
  if (label.length !== graph.opCount)
    throw new InputError(`The grouping has ${label.length} entries for a graph of ${graph.opCount} ops.`);
  const numberOf = new Map<number, number>();
  const number = (v: number) => {
    if (!numberOf.has(label[v])) numberOf.set(label[v], numberOf.size);
  };
  for (const v of graph.topologicalOrder) if (graph.role[v] === Role.forward) number(v);
  for (const v of graph.topologicalOrder) number(v);

  const groupCount = numberOf.size;
  const groupOf = Int32Array.from({ length: graph.opCount }, (_, v) => numberOf.get(label[v])!);
  const memberStart = new Int32Array(groupCount + 1);
  for (const g of groupOf) memberStart[g + 1]++;
  for (let g = 0; g < groupCount; g++) memberStart[g + 1] += memberStart[g];
  const members = new Int32Array(graph.opCount);
  const next = memberStart.slice(0, groupCount);
  groupOf.forEach((g, v) => {
    members[next[g]++] = v;
  });
  return { groupCount, groupOf, memberStart, members };
}

/** One group per op, except that the ops of a co-location class are one group. */
export function colocationGrouping(graph: OpGraph): Grouping {
  const label = new Int32Array(graph.opCount);
  for (let v = 0; v < graph.opCount; v++)
    label[v] = graph.colocation[v] === -1 ? graph.colocationCount + v : graph.colocation[v];
  return groupingOf(graph, label);
}

/** Op-level devices from one device per group. */
export function liftToOps(grouping: Grouping, groupDevice: ArrayLike<number>): Int32Array {
  if (groupDevice.length !== grouping.groupCount)
    throw new InputError(
      `The placement has ${groupDevice.length} entries for ${grouping.groupCount} groups; give one device per group.`,
    );
  return grouping.groupOf.map((g) => groupDevice[g]);
}

/** One device per group from op-level devices that agree within each group. */
export function groupDevices(grouping: Grouping, device: ArrayLike<number>): Int32Array {
  const { groupCount, memberStart, members } = grouping;
  const result = Int32Array.from({ length: groupCount }, (_, g) => device[members[memberStart[g]]]);
  grouping.groupOf.forEach((g, v) => {
    if (device[v] !== result[g])
      throw new InputError(
        `Group ${g} lies on devices ${result[g]} and ${device[v]}; its ops must share one device.`,
      );
  });
  return result;
}
