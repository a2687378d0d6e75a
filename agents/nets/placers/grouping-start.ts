/**
 * Where a grouper begins: the group of each unit in the coarsening that other placers place. Ours;
 * the published grouper begins with groups that are all but uniform.
 */
import { coarsen } from "../../../env/model/coarsen/rules.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Units } from "./grouper-features.ts";

/** Group of each unit, below `groups`, by the rule `placement`. */
export function coarsenedStart(graph: OpGraph, { grouping, count }: Units, groups: number): Int32Array {
  const { groupOf } = coarsen(graph, "placement", groups);
  // Ops of different kinds of device are never joined, so there may be more groups than asked for.
  return Int32Array.from(
    { length: count },
    (_, u) => groupOf[grouping.members[grouping.memberStart[u]]] % groups,
  );
}
