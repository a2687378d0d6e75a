/**
 * Accelerators as levels of equal machines within machines, as planners of hierarchical clusters
 * want them. There are m devices in each machine, n machines in each rack, and so on; each level
 * has one bandwidth. A level whose machines are of different sizes is left out, so that the next
 * one holds its members directly.
 */
import { type Cluster, isCpu } from "../../../env/model/cluster/cluster.ts";
import { levelsOf } from "../../../env/model/cluster/levels.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

export interface MachineLevel {
  /** Machines of the level below, or devices, in each machine of this level. */
  readonly machines: number;
  /** Of the slowest pair of devices that first meet on this level. */
  readonly bytesPerUs: number;
}

export interface NestedDevices {
  /** In an order in which each machine's devices are neighbours. */
  readonly devices: readonly number[];
  /** Innermost first, at least one; its machines multiply to the number of devices. */
  readonly levels: readonly MachineLevel[];
}

export function nestedDevices(scenario: Scenario, devices: readonly number[]): NestedDevices {
  const groupings = levelsOf(restricted(scenario.cluster, devices));
  const places = Array.from(devices.keys());
  const outermostFirst = [...groupings].reverse();
  places.sort((a, b) => {
    const differing = outermostFirst.find((group) => group[a] !== group[b]);
    return differing === undefined ? a - b : differing[a] - differing[b];
  });
  const levels: MachineLevel[] = [];
  let inner: Int32Array = Int32Array.from(devices.keys());
  let innerSize = 1;
  for (const group of groupings) {
    const size = commonSize(group);
    if (size === null || size === innerSize) continue;
    const meets = (a: number, b: number) => group[a] === group[b] && inner[a] !== inner[b];
    levels.push({ machines: size / innerSize, bytesPerUs: slowestWhere(scenario, devices, meets) });
    [inner, innerSize] = [group, size];
  }
  const one: MachineLevel = { machines: 1, bytesPerUs: Number.POSITIVE_INFINITY };
  return { devices: places.map((at) => devices[at]), levels: levels.length === 0 ? [one] : levels };
}

/** All of them on one level, with the bandwidth of the slowest pair. */
export const flatDevices = (scenario: Scenario, devices: readonly number[]): NestedDevices => ({
  devices,
  levels: [{ machines: devices.length, bytesPerUs: slowestWhere(scenario, devices, () => true) }],
});

/**
 * The devices of each machine, by its first one in the list. A machine is devices of one kind that
 * the fastest routes link, among those of the kind and their hosts. With its host, a device alone
 * in its machine is a machine. Without other kinds, faster ones elsewhere do not matter.
 */
export function machinesOf({ cluster }: Scenario, devices: readonly number[]): number[][] {
  const kindOf = (d: number) => cluster.devices[d].kind;
  const machineOf = new Map<number, string>();
  for (const kind of new Set(devices.map(kindOf))) {
    const own = devices.filter((d) => kindOf(d) === kind);
    const [group] = levelsOf(restricted(cluster, [...new Set([...own, ...hostsOf(cluster, own)])]));
    own.forEach((device, at) => void machineOf.set(device, `${kind} ${group[at]}`));
  }
  const machines = new Map<string, number[]>();
  for (const device of devices) {
    const name = machineOf.get(device)!;
    const machine = machines.get(name);
    if (machine === undefined) machines.set(name, [device]);
    else machine.push(device);
  }
  return [...machines.values()];
}

/** The host that each device reaches fastest, the first of equal ones; none without hosts. */
function hostsOf({ devices, routes, links }: Cluster, own: readonly number[]): number[] {
  const hosts = [...devices.keys()].filter((d) => isCpu(devices[d]));
  const usPerByte = (from: number, to: number) =>
    routes[from][to].reduce((sum, link) => sum + 1 / links[link].bytesPerUs, 0);
  return own.flatMap((device) => {
    if (hosts.length === 0) return [];
    return hosts.reduce((near, host) => (usPerByte(device, host) < usPerByte(device, near) ? host : near));
  });
}

/** Bandwidth of the route between two devices, the slower way; infinite to itself. */
export function pairBytesPerUs({ cluster, fidelity }: Scenario, a: number, b: number): number {
  if (a === b) return Number.POSITIVE_INFINITY;
  const oneWay = (route: readonly number[]) => {
    const usPerByte = route.map((link) => 1 / cluster.links[link].bytesPerUs);
    return fidelity.routing === "cut-through"
      ? Math.max(...usPerByte)
      : usPerByte.reduce((sum, us) => sum + us, 0);
  };
  return 1 / Math.max(oneWay(cluster.routes[a][b]), oneWay(cluster.routes[b][a]));
}

/** Least bandwidth over pairs of a list, by their places in it; infinite where there is none. */
export function slowestWhere(
  scenario: Scenario,
  devices: readonly number[],
  counts: (a: number, b: number) => boolean,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < devices.length; a++)
    for (let b = a + 1; b < devices.length; b++)
      if (counts(a, b)) least = Math.min(least, pairBytesPerUs(scenario, devices[a], devices[b]));
  return least;
}

const restricted = (cluster: Cluster, devices: readonly number[]): Cluster => ({
  ...cluster,
  devices: devices.map((d) => cluster.devices[d]),
  routes: devices.map((from) => devices.map((to) => cluster.routes[from][to])),
});

/** Size of all groups, null where they differ. */
function commonSize(group: Int32Array): number | null {
  const sizes = new Map<number, number>();
  for (const each of group) sizes.set(each, (sizes.get(each) ?? 0) + 1);
  const [first, ...others] = sizes.values();
  return others.some((size) => size !== first) ? null : first;
}
