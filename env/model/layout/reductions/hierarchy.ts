/**
 * The ranks of a reduction as members of a hierarchy: machine by machine, as the levels of the
 * cluster have them (env/model/cluster/levels.ts).
 */
import type { Cluster } from "../../cluster/cluster.ts";
import { levelsOf } from "../../cluster/levels.ts";
import { groupsAlong, type Mesh, sizesOf } from "../mesh.ts";

/** Members of a group in the order of their machines; those of one machine keep their order. */
export function machineOrder(
  cluster: Cluster,
  { devices }: Pick<Mesh, "devices">,
  ranks: readonly number[],
): number[] {
  const outermostFirst = levelsOf(cluster).toReversed();
  return [...ranks].sort((a, b) => {
    const [one, other] = [devices[a], devices[b]];
    const parted = outermostFirst.find((group) => group[one] !== group[other]);
    return parted === undefined ? 0 : parted[one] - parted[other];
  });
}

/** The groups of ranks that sum over these mesh axes, each in the order of its machines. */
export const reductionGroups = (cluster: Cluster, mesh: Mesh, axes: readonly number[]): number[][] =>
  groupsAlong(sizesOf(mesh), axes).map((ranks) => machineOrder(cluster, mesh, ranks));

/**
 * The levels of a mesh's machines: racks, machines, devices of a machine, outermost first. A level
 * on which machines have unequal numbers of ranks is left out. At least one level.
 */
export function meshLevels(cluster: Cluster, { devices }: Pick<Mesh, "devices">): Int32Array[] {
  const found: Int32Array[] = [];
  let before = 1;
  for (const machineOf of levelsOf(cluster)) {
    const size = commonSize(countsBy(devices, machineOf));
    if (size === null || size === before) continue;
    found.unshift(machineOf);
    before = size;
  }
  return found.length === 0 ? [new Int32Array(cluster.devices.length)] : found;
}

/**
 * Members on each level of the groups that sum over these axes, outermost first; 1 for one member.
 * A level on which groups or machines have unequal numbers counts to the next one outwards.
 */
export function reductionLevels(cluster: Cluster, mesh: Mesh, axes: readonly number[]): number[] {
  const groups = reductionGroups(cluster, mesh, axes).map((ranks) => ranks.map((rank) => mesh.devices[rank]));
  const sizes: number[] = [];
  let before = 1;
  const levels = meshLevels(cluster, mesh);
  levels.toReversed().forEach((machineOf, level) => {
    const common = commonSize(groups.flatMap((devices) => countsBy(devices, machineOf)));
    const size = level === levels.length - 1 ? groups[0].length : (common ?? before);
    sizes.unshift(size / before);
    before = size;
  });
  return sizes;
}

/** How many of the devices are in each machine that has any. */
function countsBy(devices: readonly number[], machineOf: Int32Array): number[] {
  const counts = new Map<number, number>();
  for (const device of devices) counts.set(machineOf[device], (counts.get(machineOf[device]) ?? 0) + 1);
  return [...counts.values()];
}

const commonSize = ([first, ...others]: readonly number[]): number | null =>
  others.every((size) => size === first) ? first : null;
