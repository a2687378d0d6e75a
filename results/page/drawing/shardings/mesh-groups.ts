/**
 * The groups of devices that a plan's collectives run in, by mesh axis, and the links between
 * neighbours of a group. A hybrid has its stages as well, and the replicas that sum gradients.
 */
import type { Cluster } from "../../../../env/model/cluster/cluster.ts";
import { levelsOf } from "../../../../env/model/cluster/levels.ts";
import { groupsAlong, sizesOf } from "../../../../env/model/layout/mesh.ts";
import { replicasOf } from "../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";

/** One way to group the devices. */
export interface MeshGroups {
  readonly name: string;
  /** What a group is, in the singular. */
  readonly of: "group" | "stage";
  readonly groups: readonly (readonly number[])[];
  /** True where neighbours of a group exchange messages, the last one with the first. */
  readonly isRing: boolean;
}

/** Ways that have a group of several devices. */
export function meshGroups(plan: ShardingPlan | PipelinePlan): MeshGroups[] {
  const all = plan.kind === "sharding" ? groupsOfSharding(plan) : groupsOfHybrid(plan);
  return all.filter(({ groups }) => groups.some(({ length }) => length > 1));
}

function groupsOfSharding({ mesh }: ShardingPlan): MeshGroups[] {
  const sizes = sizesOf(mesh);
  return mesh.axes.map(({ name, size }, axis) => ({
    name: `Axis ${name}, ${size} ranks`,
    of: "group",
    groups: groupsAlong(sizes, [axis]).map((ranks) => ranks.map((rank) => mesh.devices[rank])),
    isRing: true,
  }));
}

function groupsOfHybrid({ stages }: PipelinePlan): MeshGroups[] {
  const inside = new Map<string, (readonly number[])[]>();
  const replicas: number[][] = [];
  for (const stage of stages) {
    const own = replicasOf(stage);
    const axes = stage.inside?.axes ?? [];
    for (const devices of own)
      axes.forEach(({ name, size }, axis) => {
        const key = `Axis ${name} inside stages, ${size} ranks`;
        const groups = groupsAlong(sizesOf({ axes }), [axis]).map((ranks) =>
          ranks.map((rank) => devices[rank]),
        );
        inside.set(key, [...(inside.get(key) ?? []), ...groups]);
      });
    own[0].forEach((_, rank) => void replicas.push(own.map((devices) => devices[rank])));
  }
  return [
    { name: "Stages", of: "stage", groups: stages.map(({ devices }) => devices), isRing: false },
    ...[...inside].map(([name, groups]) => ({ name, of: "group" as const, groups, isRing: true })),
    { name: "Replicas of stages, which sum gradients", of: "group", groups: replicas, isRing: true },
  ];
}

/** Two neighbours of a group. */
export interface Neighbours {
  readonly from: number;
  readonly to: number;
  /** Of the slowest link on the way. */
  readonly bytesPerUs: number;
  /** Whether both are in one machine. */
  readonly isNear: boolean;
}

export function neighboursOf(cluster: Cluster, group: readonly number[]): Neighbours[] {
  if (group.length < 2) return [];
  const [machineOf] = levelsOf(cluster);
  const ring = group.length === 2 ? group.slice(0, 1) : group;
  return ring.map((from, i) => {
    const to = group[(i + 1) % group.length];
    const speeds = cluster.routes[from][to].map((link) => cluster.links[link].bytesPerUs);
    return { from, to, bytesPerUs: Math.min(...speeds), isNear: machineOf[from] === machineOf[to] };
  });
}
