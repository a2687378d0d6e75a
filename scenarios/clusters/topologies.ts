/**
 * How accelerators and their hosts are wired, as parts that can be joined to larger clusters.
 * Cables are full duplex.
 *
 * - ports: every device on one switch, each through a port of its own;
 * - host ports: accelerators that reach each other only through the host's memory: a copy up, then
 *   a copy down;
 * - PCIe tree: switches below the host; copies are direct within a switch and go through the host
 *   between switches;
 * - NVLink mesh: cables between some pairs of GPUs; copies between other pairs go through a third
 *   GPU; the host on PCIe;
 * - NVSwitch: one switch for the GPUs; the host on PCIe;
 * - torus: a grid of chips, each joined to its neighbours; the hosts on PCIe.
 */
import type { Cluster, Device } from "../../env/model/cluster/cluster.ts";
import { type Cable, fabricCluster, type LinkSpeed } from "./fabric.ts";

/** A machine or a part of one. */
export interface Part {
  readonly accelerators: readonly Device[];
  readonly hosts: readonly Device[];
  readonly switches: readonly string[];
  readonly relays: readonly string[];
  readonly cables: readonly Cable[];
}

/** What joins the parts. */
export interface Backbone {
  readonly switches: readonly string[];
  readonly cables: readonly Cable[];
}

const cable = (a: string, b: string, speed: LinkSpeed): Cable => ({ ends: [a, b], speed });
const names = (devices: readonly Device[]): string[] => devices.map(({ name }) => name);

/** All parts with what joins them; accelerators first, hosts last. */
export function joined(
  name: string,
  parts: readonly Part[],
  routing?: Cluster["routing"],
  backbone: Backbone = { switches: [], cables: [] },
): Cluster {
  return fabricCluster({
    name,
    devices: [...parts.flatMap(({ accelerators }) => accelerators), ...parts.flatMap(({ hosts }) => hosts)],
    switches: [...parts.flatMap(({ switches }) => switches), ...backbone.switches],
    relays: parts.flatMap(({ relays }) => relays),
    cables: [...parts.flatMap(({ cables }) => cables), ...backbone.cables],
    routing,
  });
}

/** `portOf[i]` is the speed of the port of the i-th accelerator. */
export function ports(
  hub: string,
  accelerators: readonly Device[],
  host: Device,
  portOf: readonly LinkSpeed[],
  hostPort: LinkSpeed,
): Part {
  const cables = accelerators.map((device, i) => cable(device.name, hub, portOf[i]));
  return {
    accelerators,
    hosts: [host],
    switches: [hub],
    relays: [],
    cables: [...cables, cable(host.name, hub, hostPort)],
  };
}

export function hostPorts(accelerators: readonly Device[], host: Device, pcie: LinkSpeed): Part {
  const cables = accelerators.map((device) => cable(device.name, host.name, pcie));
  return { accelerators, hosts: [host], switches: [], relays: [host.name], cables };
}

/** `bridges[k]` is the switch of the k-th equal share of the accelerators. */
export function pcieTree(
  bridges: readonly string[],
  accelerators: readonly Device[],
  host: Device,
  { lane, uplink }: { readonly lane: LinkSpeed; readonly uplink: LinkSpeed },
): Part {
  const share = Math.ceil(accelerators.length / bridges.length);
  return {
    accelerators,
    hosts: [host],
    switches: bridges,
    relays: [host.name],
    cables: [
      ...accelerators.map(({ name }, i) => cable(name, bridges[Math.floor(i / share)], lane)),
      ...bridges.map((bridge) => cable(bridge, host.name, uplink)),
    ],
  };
}

/** `count[i][j]` is the number of NVLink cables between GPUs i and j. */
export function nvlinkCables(
  gpus: readonly Device[],
  count: readonly (readonly number[])[],
  speed: LinkSpeed,
): Cable[] {
  return gpus.flatMap((gpu, i) =>
    gpus.slice(i + 1).flatMap((other, k) => {
      const cables = count[i][i + 1 + k];
      if (cables === 0) return [];
      return [cable(gpu.name, other.name, { ...speed, bytesPerUs: speed.bytesPerUs * cables })];
    }),
  );
}

export function nvlinkMesh(
  gpus: readonly Device[],
  host: Device,
  count: readonly (readonly number[])[],
  { nvlink, pcie }: { readonly nvlink: LinkSpeed; readonly pcie: LinkSpeed },
): Part {
  return {
    accelerators: gpus,
    hosts: [host],
    switches: [],
    relays: names(gpus),
    cables: [...nvlinkCables(gpus, count, nvlink), ...gpus.map((gpu) => cable(gpu.name, host.name, pcie))],
  };
}

export function nvswitch(
  hub: string,
  gpus: readonly Device[],
  host: Device,
  { port, pcie }: { readonly port: LinkSpeed; readonly pcie: LinkSpeed },
): Part {
  return {
    accelerators: gpus,
    hosts: [host],
    switches: [hub],
    relays: [],
    cables: gpus.flatMap(({ name }) => [cable(name, hub, port), cable(name, host.name, pcie)]),
  };
}

/**
 * Chips row by row; a dimension of more than two closes to a ring. Each host has an equal share of
 * the chips on PCIe. `between` joins each host to the next, where it is given.
 */
export function torus(
  [rows, columns]: readonly [number, number],
  chips: readonly Device[],
  hosts: readonly Device[],
  {
    link,
    pcie,
    between,
  }: { readonly link: LinkSpeed; readonly pcie: LinkSpeed; readonly between?: LinkSpeed },
): Part {
  const at = (row: number, column: number) => chips[(row % rows) * columns + (column % columns)].name;
  const hasNext = (i: number, size: number) => i + 1 < size || size > 2;
  const cables = chips.flatMap((_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return [
      ...(hasNext(column, columns) ? [cable(at(row, column), at(row, column + 1), link)] : []),
      ...(hasNext(row, rows) ? [cable(at(row, column), at(row + 1, column), link)] : []),
    ];
  });
  const share = chips.length / hosts.length;
  return {
    accelerators: chips,
    hosts,
    switches: [],
    relays: names(chips),
    cables: [
      ...cables,
      ...chips.map((chip, i) => cable(chip.name, hosts[Math.floor(i / share)].name, pcie)),
      ...(between === undefined
        ? []
        : hosts.slice(1).map((host, k) => cable(hosts[k].name, host.name, between))),
    ],
  };
}
