/** The split of every op under every label of its group. */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import type { Mesh, MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { naturalLayouts, type OpSplit, splitByName } from "../../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { mayTake, splitAlong } from "./division.ts";
import type { LabelGroups } from "./groups.ts";
import { type Offer, offeredSplits } from "./offers.ts";

export interface GroupSplits {
  /** Labels of each group. */
  readonly counts: Int32Array;
  /** Split of each op under each label of its group; null for an op that runs whole. */
  readonly splits: readonly (readonly (OpSplit | null)[])[];
}

/** A label for each group as a plan; ops that follow a twin have no split of their own. */
export const groupPlan = (
  mesh: Mesh,
  { leads, groupOf }: LabelGroups,
  splits: GroupSplits["splits"],
  labels: ArrayLike<number>,
): ShardingPlan => ({
  kind: "sharding",
  mesh,
  split: splits.map((own, v) => (leads[v].kind === "twin" ? null : own[labels[groupOf[v]]])),
});

export function groupSplits(
  graph: OpGraph,
  groups: LabelGroups,
  { offer, sizes }: { readonly offer: Offer; readonly sizes: MeshSizes },
): GroupSplits {
  const { heads, groupOf, leads, order, twins } = groups;
  const labels = heads.map((head) => {
    if (head === -1) return null;
    // What one op of a group may take, those that iterate alike may too, but for their twins.
    const group = groupOf[head];
    const alike = order.filter((v) => groupOf[v] === group && leads[v].kind === "label");
    const all = alike.flatMap((v) => twins[v]);
    return offeredSplits(graph, head, all, { offer, sizes });
  });
  const counts = Int32Array.from(labels, (each) => each?.length ?? 1);
  const splits: (OpSplit | null)[][] = Array.from({ length: graph.opCount }, () => []);
  for (const v of order) {
    const iteration = iterationOf(graph, v);
    const lead = leads[v];
    splits[v] = Array.from({ length: counts[groupOf[v]] }, (_, label) => {
      if (iteration === null || lead.kind === "whole") return null;
      if (lead.kind === "label") return labels[groupOf[v]]![label];
      const isTaken = (split: OpSplit) =>
        mayTake(graph, v, twins[v], { split, sizes, halos: offer.halos === true });
      if (lead.kind === "twin") {
        const own = splits[lead.twin][label];
        return own === null ? null : splitByName(iterationOf(graph, lead.twin)!, own, iteration);
      }
      const other = lead.kind === "input" ? graph.edgeSource[lead.edge] : graph.edgeDestination[lead.edge];
      const split = splits[other][label];
      if (split === null) return iteration.dimensions.map(() => []);
      const natural = naturalLayouts(iterationOf(graph, other)!, split);
      if (lead.kind === "input")
        return splitAlong(
          iteration,
          iteration.inputs[lead.input],
          natural.outputs[graph.edgeOutput[lead.edge]],
          isTaken,
        );
      return asNeeded(graph, v, other, { edge: lead.edge, needed: natural.inputs, isTaken });
    });
  }
  return { counts, splits };
}

/** The split with which an op makes its output as one of its users needs it. */
function asNeeded(
  graph: OpGraph,
  v: number,
  user: number,
  {
    edge,
    needed,
    isTaken,
  }: {
    readonly edge: number;
    readonly needed: ReturnType<typeof naturalLayouts>["inputs"];
    readonly isTaken: (split: OpSplit) => boolean;
  },
): OpSplit {
  const iteration = iterationOf(graph, v)!;
  const made = iteration.outputs[graph.edgeOutput[edge]];
  let input = 0;
  for (let e = graph.inStart[user]; e < edge; e++) if (graph.edgeOutput[e] >= 0) input++;
  const seen = iterationOf(graph, user)!.inputs[input];
  if (seen.shape.join() !== made.shape.join()) return iteration.dimensions.map(() => []);
  return splitAlong(iteration, made, needed[input], isTaken);
}
