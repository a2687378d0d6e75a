/**
 * Two shardings of one scenario compared: which ops are divided otherwise, and which collectives
 * one has and the other has not. Meshes may differ, so axes are compared by name and size.
 */
import type { OpGraph } from "../../../model/graph/graph.ts";
import type { MeshAxis } from "../../../model/layout/mesh.ts";
import type { OpSplit } from "../../../model/layout/natural.ts";
import { iterationOf } from "../../../model/plan/sharding.ts";
import type { OpFields } from "../../../model/plan/sharding-fields/op-fields.ts";
import type { CollectiveSpan, ShardingTimeline } from "./contract.ts";

export interface SplitChange {
  readonly op: number;
  /** Such as `batch ÷ data 2 in 3:1, feature ÷ tensor 4`; `whole` where nothing is divided. */
  readonly before: string;
  readonly after: string;
}

export interface ShardingDifference {
  /** In the order of ops. */
  readonly splits: readonly SplitChange[];
  /** Collectives of the first plan alone, and of the second alone, in their order. */
  readonly gone: readonly CollectiveSpan[];
  readonly added: readonly CollectiveSpan[];
}

export function shardingDifference(before: ShardingTimeline, after: ShardingTimeline): ShardingDifference {
  const { opCount } = before.scenario.graph;
  const splits: SplitChange[] = [];
  for (let op = 0; op < opCount; op++) {
    const [one, two] = [splitText(before, op), splitText(after, op)];
    if (one !== two) splits.push({ op, before: one, after: two });
  }
  return { splits, gone: beyond(before, after), added: beyond(after, before) };
}

export const splitText = ({ scenario, plan, splits }: ShardingTimeline, op: number): string =>
  divisionText(scenario.graph, { op, axes: plan.mesh.axes, split: splits[op] }, plan);

/** How an op is divided along axes of a mesh, in equal parts unless the plan has ratios of it. */
export function divisionText(
  graph: OpGraph,
  {
    op,
    axes,
    split,
  }: { readonly op: number; readonly axes: readonly MeshAxis[]; readonly split: OpSplit | null },
  { ratios = [] }: OpFields,
): string {
  const dimensions = iterationOf(graph, op)?.dimensions ?? [];
  const divided = (split ?? []).flatMap((along, dimension) => {
    if (along.length === 0) return [];
    const ratio = ratios.find((each) => each.op === op && each.dimension === dimension);
    const parts = ratio === undefined ? "" : ` in ${ratio.parts.join(":")}`;
    return [
      `${dimensions[dimension].name} ÷ ${along.map((axis) => axisName(axes[axis])).join(" x ")}${parts}`,
    ];
  });
  return divided.length === 0 ? "whole" : divided.join(", ");
}

const axisName = ({ name, size }: MeshAxis): string => `${name} ${size}`;

/** Collectives of the one that the other has not, or fewer times. */
function beyond(one: ShardingTimeline, other: ShardingTimeline): CollectiveSpan[] {
  const keyIn = ({ plan }: ShardingTimeline) => {
    const nameOf = (axis: number): string => axisName(plan.mesh.axes[axis]);
    return ({ kind, op, output, purpose, group }: CollectiveSpan): string =>
      JSON.stringify([kind, op, output, purpose, group.map(nameOf)]);
  };
  const left = new Map<string, number>();
  for (const key of other.collectives.map(keyIn(other))) left.set(key, (left.get(key) ?? 0) + 1);
  const keyOf = keyIn(one);
  return one.collectives.filter((span) => {
    const key = keyOf(span);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}
