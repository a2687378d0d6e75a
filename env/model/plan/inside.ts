/**
 * Meshes inside the stages of a pipeline plan. All ranks of a replica do the same at the same time,
 * so its first rank, the *leader*, stands for them. The plan of leaders alone is a pipeline without
 * meshes, whose schedule every rank follows. docs/hybrid.md says what such plans mean.
 */
import { type OpGraph, Role } from "../graph/graph.ts";
import { rankCount, sizesOf } from "../layout/mesh.ts";
import type { PipelinePlan, PipelineStage } from "./pipeline.ts";
import type { ShardingPlan } from "./sharding.ts";
import { fieldsOf } from "./sharding-fields/op-fields.ts";

/** Ranks of each replica of a stage; 1 without a mesh. */
export const ranksOf = ({ inside }: PipelineStage): number =>
  inside === undefined ? 1 : rankCount(sizesOf(inside));

/** Whether any replica has several ranks. */
export const isHybrid = ({ stages }: Pick<PipelinePlan, "stages">): boolean =>
  stages.some((stage) => ranksOf(stage) > 1);

/** A mesh inside a stage sums gradients for its updates, so a graph that trains must have some. */
export const mayHaveMeshes = ({ role }: Pick<OpGraph, "role">): boolean =>
  !role.includes(Role.backward) || role.includes(Role.update);

/** The ranks of each replica of a stage, leaders first. */
export function replicasOf(stage: PipelineStage): (readonly number[])[] {
  const ranks = ranksOf(stage);
  return Array.from({ length: stage.devices.length / ranks }, (_, replica) =>
    stage.devices.slice(replica * ranks, (replica + 1) * ranks),
  );
}

/**
 * The first device that replicas of other ranks share, and the later of their stages; null for
 * none. A device follows one leader, so replicas share all ranks in the same order, or none.
 */
export function sharedOtherwise(
  stages: readonly PipelineStage[],
): { readonly stage: number; readonly device: number } | null {
  const ranksOn = new Map<number, readonly number[]>();
  for (const [stage, own] of stages.entries())
    for (const ranks of replicasOf(own))
      for (const device of ranks) {
        const known = ranksOn.get(device);
        if (known !== undefined && known.join() !== ranks.join()) return { stage, device };
        ranksOn.set(device, ranks);
      }
  return null;
}

/** The plan of the leaders, without meshes; the plan itself where it has none. */
export function leaderPlan(plan: PipelinePlan): PipelinePlan {
  if (plan.split === undefined && plan.stages.every(({ inside }) => inside === undefined)) return plan;
  const { split: _, ratios: __, layouts: ___, panels: ____, ...rest } = plan;
  return { ...rest, stages: leaderStages(plan.stages) };
}

/** The stages with a leader for each replica. */
export const leaderStages = (stages: readonly PipelineStage[]): PipelineStage[] =>
  stages.map((stage) => ({
    devices: replicasOf(stage).map(([leader]) => leader),
    share: stage.share,
  }));

/** The ranks that each leader stands for, by its device; null where no stage has several. */
export function ranksOfLeaders({ stages }: PipelinePlan, deviceCount: number): (readonly number[])[] | null {
  if (!isHybrid({ stages })) return null;
  const ranks: (readonly number[])[] = Array.from({ length: deviceCount }, (_, device) => [device]);
  for (const stage of stages) for (const replica of replicasOf(stage)) ranks[replica[0]] = replica;
  return ranks;
}

/** What one replica of a stage runs, as a sharding. Ops of other stages have no split in it. */
export function shardingInside(plan: PipelinePlan, stage: number, devices: readonly number[]): ShardingPlan {
  const { inside } = plan.stages[stage];
  const { split, collective } = plan;
  return {
    kind: "sharding",
    mesh: { axes: inside?.axes ?? [], devices },
    split: Array.from(plan.stageOf, (of, v) => (of === stage ? (split?.[v] ?? null) : null)),
    ...fieldsOf(plan, (op) => plan.stageOf[op] === stage),
    ...(collective !== undefined && { collective }),
    memory: { zero: inside?.zero ?? 0 },
  };
}
