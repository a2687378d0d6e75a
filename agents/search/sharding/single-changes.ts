/**
 * Every plan that is one change away from a sharding, of those that a person would try first. It
 * has another algorithm of sums, another stage of ZeRO, or sums that overlap or not. Or every
 * segment is computed again, or none is. Or hosts hold the optimizer's state, activations, or
 * nothing. Or a mesh axis divides nothing, or devices are in another order. Splits of single ops
 * are left to searches (changes.ts).
 */
import { mistakeIn } from "../../../env/model/errors.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import { coordinatesOf, sizesOf } from "../../../env/model/layout/mesh.ts";
import { validatePlan } from "../../../env/model/plan/plan.ts";
import {
  type ShardingPlan,
  shardingCollectives,
  shardingSyncs,
  zeroStages,
} from "../../../env/model/plan/sharding.ts";
import type { Offload } from "../../../env/model/plan/sharding-fields/offload.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { recomputeFlags, recomputeSegments } from "./recompute-segments.ts";

export const shardingChangeKinds = [
  "collective",
  "zero",
  "sync",
  "recompute",
  "offload",
  "axis",
  "order",
] as const;

export interface ShardingChange {
  readonly kind: (typeof shardingChangeKinds)[number];
  /** A clause, such as `sums by tree`. */
  readonly what: string;
  readonly plan: ShardingPlan;
}

/** Only valid plans, in the order above. */
export function shardingChanges(scenario: Scenario, plan: ShardingPlan): ShardingChange[] {
  const { mesh, collective = "ring", memory = {}, sync = "overlapped" } = plan;
  const zero = memory.zero ?? 0;
  const changes: ShardingChange[] = [
    ...shardingCollectives.map((name) => ({
      kind: "collective" as const,
      what: `sums by ${name}`,
      plan: { ...plan, collective: name },
    })),
    ...zeroStages.map((stage) => ({
      kind: "zero" as const,
      what: `stage ${stage} of ZeRO`,
      plan: { ...plan, memory: { ...memory, zero: stage } },
    })),
    ...shardingSyncs.map((name) => ({
      kind: "sync" as const,
      what: `sums of gradients ${name}`,
      plan: { ...plan, sync: name },
    })),
    ...recomputations(scenario, plan),
    ...offloads(scenario, plan),
    ...mesh.axes.map(({ name }, axis) => ({
      kind: "axis" as const,
      what: `axis "${name}" divides nothing`,
      plan: withoutAxis(plan, axis),
    })),
    ...(mesh.axes.length > 1
      ? [
          {
            kind: "order" as const,
            what: `neighbours of the mesh along axis "${mesh.axes[0].name}"`,
            plan: { ...plan, mesh: { ...mesh, devices: transposed(plan) } },
          },
        ]
      : []),
  ];
  const isSame = ({ kind, plan: changed }: ShardingChange): boolean =>
    (kind === "collective" && changed.collective === collective) ||
    (kind === "zero" && (changed.memory?.zero ?? 0) === zero) ||
    (kind === "sync" && changed.sync === sync);
  return changes.filter(
    (change) => !isSame(change) && mistakeIn(() => validatePlan(scenario, change.plan)) === null,
  );
}

/** All or nothing computed again, where the plan has neither. */
function recomputations({ graph }: Scenario, plan: ShardingPlan): ShardingChange[] {
  const { recompute, ...kept } = plan;
  const isNone = recompute === undefined || !recompute.includes(1);
  if (!isNone) return [{ kind: "recompute", what: "nothing computed again", plan: kept }];
  if (!graph.role.includes(Role.backward)) return [];
  const segments = recomputeSegments(graph);
  if (segments.length === 0) return [];
  const flags = recomputeFlags(graph, segments, segments.length);
  return [{ kind: "recompute", what: "all segments computed again", plan: { ...plan, recompute: flags } }];
}

/** The optimizer's state or all segments on the host, where the plan has neither. */
function offloads({ graph }: Scenario, plan: ShardingPlan): ShardingChange[] {
  const { offload, recompute, ...rest } = plan;
  const kept = { ...rest, ...(recompute !== undefined && { recompute }) };
  if (offload !== undefined) return [{ kind: "offload", what: "nothing on the host", plan: kept }];
  const segments = recomputeSegments(graph);
  const activations = recomputeFlags(graph, segments, segments.length);
  const change = (what: string, own: Offload): ShardingChange => ({
    kind: "offload",
    what,
    plan: { ...plan, offload: own },
  });
  return [
    change("the optimizer's state on the host", { optimizer: true }),
    ...(segments.length > 0 && graph.role.includes(Role.backward)
      ? [change("activations of all segments on the host", { activations })]
      : []),
  ];
}

function withoutAxis(plan: ShardingPlan, axis: number): ShardingPlan {
  const without = (lists: readonly (readonly number[])[]) =>
    lists.map((list) => list.filter((each) => each !== axis));
  return {
    ...plan,
    split: plan.split.map((own) => (own === null ? null : without(own))),
    ...(plan.layouts !== undefined && {
      layouts: plan.layouts.map((layout) => ({ ...layout, axes: without(layout.axes) })),
    }),
  };
}

/** The same devices with their axes numbered from the last one on. */
function transposed({ mesh }: ShardingPlan): number[] {
  const sizes = sizesOf(mesh);
  return mesh.devices.map((_, rank) => {
    const at = coordinatesOf(sizes, rank);
    const place = at.reduceRight((sum, coordinate, axis) => sum * sizes[axis] + coordinate, 0);
    return mesh.devices[place];
  });
}
