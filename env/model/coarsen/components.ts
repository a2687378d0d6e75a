/**
 * Fusion of strongly connected components. Groups that hold forward ops with their backward twins
 * (the colour classes of dnn-partitioning) can wait for each other in a cycle. Planners that cut
 * the groups' graph along ancestors then have no order. Fusing every cycle into one group makes the
 * graph acyclic, and is the finest coarsening that does. All edges count here, those of backward
 * and update ops too.
 */

import { InputError } from "../errors.ts";
import { stronglyConnectedComponents } from "../graph/components.ts";
import type { OpGraph } from "../graph/graph.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { NO_KIND, supportOf } from "./quotient.ts";

export function fuseComponents(graph: OpGraph, grouping: Grouping): Grouping {
  const { of } = stronglyConnectedComponents(groupSuccessors(graph, grouping));
  const fused = groupingOf(
    graph,
    grouping.groupOf.map((g) => of[g]),
  );
  const stranded = supportOf(graph, fused).indexOf(NO_KIND);
  if (stranded === -1) return fused;
  const op = graph.names[fused.members[fused.memberStart[stranded]]];
  throw new InputError(
    `The groups in a circle with op "${op}" cannot be fused: no device kind supports all of their ops.`,
  );
}

/** True where no group waits, through others, for itself. */
export function isAcyclic(graph: OpGraph, grouping: Grouping): boolean {
  return stronglyConnectedComponents(groupSuccessors(graph, grouping)).count === grouping.groupCount;
}

/** Which groups read from each group, each once. */
function groupSuccessors(graph: OpGraph, { groupCount, groupOf }: Grouping): readonly (readonly number[])[] {
  const successors = Array.from({ length: groupCount }, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const [from, to] = [groupOf[graph.edgeSource[e]], groupOf[graph.edgeDestination[e]]];
    if (from !== to) successors[from].add(to);
  }
  return successors.map((set) => [...set]);
}
