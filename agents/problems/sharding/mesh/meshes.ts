/**
 * Meshes that planners of shardings try. The devices are the accelerators of the kind that most are
 * of. They are in the order of their machines, so the last axes of a mesh lie inside machines.
 */
import { acceleratorsOrAll } from "../../../../env/model/cluster/cluster.ts";
import { levelsOf } from "../../../../env/model/cluster/levels.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";

/** Devices of equal kind in the order of their machines. */
export function meshDevices({ cluster }: Pick<Scenario, "cluster">): number[] {
  const levels = levelsOf(cluster);
  const machinesFirst = (a: number, b: number): number => {
    for (const groups of levels.toReversed()) if (groups[a] !== groups[b]) return groups[a] - groups[b];
    return a - b;
  };
  return ofCommonKind(cluster, acceleratorsOrAll(cluster)).sort(machinesFirst);
}

/** Those of the given devices that are of the kind that most are of, the first of equal kinds. */
export function ofCommonKind({ devices }: Scenario["cluster"], given: readonly number[]): number[] {
  const byKind = new Map<string, number[]>();
  for (const d of given) byKind.set(devices[d].kind, [...(byKind.get(devices[d].kind) ?? []), d]);
  return [...byKind.values()].reduce((most, own) => (own.length > most.length ? own : most), []);
}

const NAMES = ["x", "y", "z"];

/** Pre: the sizes multiply to the number of devices. */
export const meshOf = (devices: readonly number[], sizes: readonly number[]): Mesh => ({
  axes: sizes.map((size, axis) => ({ name: NAMES[axis] ?? `axis${axis}`, size })),
  devices: [...devices],
});

/** One axis of all devices, then all pairs of axes, the first axis growing. */
export function meshSizes(count: number): number[][] {
  const found = [[count]];
  for (let first = 2; first * 2 <= count; first++)
    if (count % first === 0) found.push([first, count / first]);
  return found;
}

/**
 * A grid of so many axes: machines first where there are several of equal sizes, then the largest
 * axis is divided until there are enough.
 */
export function gridSizes(scenario: Pick<Scenario, "cluster">, devices: readonly number[], axes: number) {
  const inside = machineSize(scenario, devices);
  const sizes =
    axes > 1 && inside > 1 && inside < devices.length ? [devices.length / inside, inside] : [devices.length];
  while (sizes.length < axes) {
    const largest = sizes.reduce((best, size, i) => (size >= sizes[best] ? i : best), 0);
    const factor = largestFactor(sizes[largest]);
    if (factor === 1) break;
    sizes.splice(largest, 1, factor, sizes[largest] / factor);
  }
  return sizes;
}

/** Devices of a machine where all have equally many, else all devices. */
export function machineSize({ cluster }: Pick<Scenario, "cluster">, devices: readonly number[]): number {
  const machine = levelsOf(cluster)[0];
  const counts = new Map<number, number>();
  for (const d of devices) counts.set(machine[d], (counts.get(machine[d]) ?? 0) + 1);
  const [first, ...rest] = counts.values();
  return rest.every((count) => count === first) ? first : devices.length;
}

/** The largest factor that is at most the square root. */
function largestFactor(count: number): number {
  for (let factor = Math.floor(Math.sqrt(count)); factor > 1; factor--)
    if (count % factor === 0) return factor;
  return 1;
}

/** One sentence where no sharding can be planned, else null. */
export function noSharding(scenario: Scenario): string | null {
  const unknown = unknownDimensions(scenario);
  if (unknown !== null) return unknown;
  const devices = meshDevices(scenario);
  if (devices.length < 2) return `"${scenario.name}" has one device to divide ops over; a mesh needs two.`;
  return null;
}

/** A sentence where no op says what may be split of it. */
export function unknownDimensions({ graph, name }: Pick<Scenario, "graph" | "name">): string | null {
  if (graph.iterations?.some((each) => each !== null)) return null;
  return `No op of "${name}" says what dimensions it iterates over, so none can be divided.`;
}
