/**
 * The machine that accelerators of a kind sit in: how many it holds, its wiring inside, and the
 * cards by which it reaches other machines. Clusters of a count and a kind are made of them.
 * docs/clusters.md gives the same in a table, with the source of each figure.
 *
 * A machine alone has the wiring of the catalog's cluster of that kind.
 */
import type { Cluster, Device } from "../../env/model/cluster/cluster.ts";
import type { DeviceModel } from "./devices.ts";
import type { Cable, LinkSpeed } from "./fabric.ts";
import {
  CUBE_MESH,
  ethernet10Uplink,
  ethernet25,
  ethernet100,
  ici3,
  ici4,
  infiniband,
  infinibandHdr,
  infinibandNdr,
  nvlink2,
  nvlink3Port,
  nvlink4Port,
  p2Lane,
  p2Port,
  pcie3,
  pcie3Lane,
  pcie4,
  pcie5,
} from "./links.ts";
import { hostPorts, nvlinkCables, nvlinkMesh, nvswitch, type Part, pcieTree, torus } from "./topologies.ts";

/** The switch that joins machines. */
export const NETWORK = "network";

export interface Machine {
  readonly part: Part;
  /** Cables to the switch that joins machines. */
  readonly cards: readonly Cable[];
}

export interface MachineSheet {
  /** Accelerators in a machine at most; of TPUs, chips in a slice. */
  readonly most: number;
  /** Accelerators that share a host. */
  readonly perHost: number;
  readonly inside: string;
  readonly between: string;
  /** Whether it can share a network with machines of other kinds. */
  readonly joinsOthers: boolean;
  /** Of more than one machine: route over the widest cables, not over the fewest. */
  readonly routes?: "widest";
  /** Of a machine alone; clusters of several machines are cut-through. */
  readonly routing?: Cluster["routing"];
  /** A machine alone: every device behind a port of its own, or a part. */
  alone(own: readonly Device[], hosts: readonly Device[]): Part | { readonly port: LinkSpeed };
  /** One of several machines; `number` is its own, and makes names of switches. */
  joined(own: readonly Device[], hosts: readonly Device[], number: number): Machine;
}

const card = (end: string, speed: LinkSpeed): Cable => ({ ends: [end, NETWORK], speed });

/**
 * A DGX-1 or a part of one: the mesh, and below the host PCIe switches of two GPUs and an
 * InfiniBand card each. `firstBridge` numbers the switches.
 */
export function dgx1(own: readonly Device[], host: Device, firstBridge: number, network: string): Machine {
  const bridges = Array.from({ length: Math.ceil(own.length / 2) }, (_, k) => `pcie:${firstBridge + k}`);
  const tree = pcieTree(bridges, own, host, { lane: pcie3Lane, uplink: pcie3Lane });
  return {
    part: {
      ...tree,
      relays: [...tree.relays, ...own.map(({ name }) => name)],
      cables: [...nvlinkCables(own, CUBE_MESH, nvlink2), ...tree.cables],
    },
    cards: bridges.map((bridge) => ({ ends: [bridge, network], speed: infiniband })),
  };
}

/** GPUs on one PCIe switch, with the network card on the same switch. */
const behindSwitch = (lane: LinkSpeed, network: LinkSpeed): MachineSheet["joined"] => {
  return (own, [host], number) => ({
    part: pcieTree([`pcie:${number}`], own, host, { lane, uplink: lane }),
    cards: [card(`pcie:${number}`, network)],
  });
};

/** GPUs on an NVSwitch, each with a network card of its own; the host has one too. */
function switched(port: LinkSpeed, pcie: LinkSpeed, network: LinkSpeed) {
  return {
    most: 8,
    perHost: 8,
    joinsOthers: true,
    routing: "cut-through",
    alone: (own, [host]) => nvswitch("switch", own, host, { port, pcie }),
    joined: (own, [host], number) => ({
      part: nvswitch(`switch:${number}`, own, host, { port, pcie }),
      cards: [...own, host].map(({ name }) => card(name, network)),
    }),
  } as const satisfies Partial<MachineSheet>;
}

/** Chips in the most nearly square torus, four to a host. Hosts pass on what leaves the slice. */
function slice(link: LinkSpeed) {
  const speeds = { link, pcie: pcie3 };
  const grid = (chips: number): readonly [number, number] => {
    let rows = Math.floor(Math.sqrt(chips));
    while (chips % rows !== 0) rows--;
    return [rows, chips / rows];
  };
  return {
    most: 64,
    perHost: 4,
    joinsOthers: false,
    routes: "widest",
    routing: "cut-through",
    alone: (own, hosts) => torus(grid(own.length), own, hosts, { ...speeds, between: ethernet25 }),
    joined: (own, hosts) => {
      const part = torus(grid(own.length), own, hosts, speeds);
      const relays = [...part.relays, ...hosts.map(({ name }) => name)];
      return { part: { ...part, relays }, cards: hosts.map(({ name }) => card(name, ethernet25)) };
    },
  } as const satisfies Partial<MachineSheet>;
}

export const machineSheets: Readonly<Record<DeviceModel, MachineSheet>> = {
  K80: {
    most: 8,
    perHost: 8,
    inside: "PCIe as in a p2.8xlarge, 7.6 GB/s",
    between: "10 Gbit/s Ethernet, a card a machine",
    joinsOthers: true,
    alone: () => ({ port: p2Port }),
    joined: behindSwitch(p2Lane, ethernet10Uplink),
  },
  P100: {
    most: 8,
    perHost: 8,
    inside: "PCIe 3.0 x16, 12 GB/s",
    between: "25 Gbit/s Ethernet, a card a machine",
    joinsOthers: true,
    alone: () => ({ port: pcie3 }),
    joined: behindSwitch(pcie3Lane, ethernet25),
  },
  GTX1080Ti: {
    most: 8,
    perHost: 8,
    inside: "PCIe 3.0 x16, 12 GB/s",
    between: "100 Gbit/s InfiniBand, a card a machine",
    joinsOthers: true,
    alone: () => ({ port: pcie3 }),
    joined: behindSwitch(pcie3Lane, infiniband),
  },
  V100: {
    most: 8,
    perHost: 8,
    inside: "the first GPUs of a DGX-1's NVLink cube mesh, 25 GB/s a cable",
    between: "100 Gbit/s InfiniBand, a card for two GPUs",
    joinsOthers: true,
    alone: (own, [host]) => nvlinkMesh(own, host, CUBE_MESH, { nvlink: nvlink2, pcie: pcie3 }),
    joined: (own, [host], number) => dgx1(own, host, 4 * number, NETWORK),
  },
  T4: {
    most: 8,
    perHost: 8,
    inside: "PCIe 3.0 x16 to the host's memory, 12 GB/s",
    between: "100 Gbit/s Ethernet, a card a machine",
    joinsOthers: true,
    alone: (own, [host]) => hostPorts(own, host, pcie3),
    joined: (own, [host]) => ({
      part: hostPorts(own, host, pcie3),
      cards: [card(host.name, ethernet100)],
    }),
  },
  A100: {
    inside: "NVSwitch, 300 GB/s; the host on PCIe 4.0",
    between: "200 Gbit/s InfiniBand, a card a GPU",
    ...switched(nvlink3Port, pcie4, infinibandHdr),
  },
  H100: {
    inside: "NVSwitch, 450 GB/s; the host on PCIe 5.0",
    between: "400 Gbit/s InfiniBand, a card a GPU",
    ...switched(nvlink4Port, pcie5, infinibandNdr),
  },
  TPUv3: {
    inside: "a torus, 70 GB/s a link; 4 chips to a host",
    between: "25 Gbit/s Ethernet, a card a host",
    ...slice(ici3),
  },
  TPUv4: {
    inside: "a torus, 50 GB/s a link; 4 chips to a host",
    between: "25 Gbit/s Ethernet, a card a host",
    ...slice(ici4),
  },
  Xeon: {
    most: 1,
    perHost: 1,
    inside: "one socket, no accelerators",
    between: "25 Gbit/s Ethernet, a card a machine",
    joinsOthers: true,
    alone: () => ({ port: pcie3 }),
    joined: (_own, hosts) => ({
      part: { accelerators: [], hosts, switches: [], relays: [], cables: [] },
      cards: hosts.map(({ name }) => card(name, ethernet25)),
    }),
  },
};
