/**
 * Named network models: what a transfer may have to wait for. Each is a configuration of the one
 * engine. It replaces all but one of the links that a cluster's routes cross, and sets the
 * fidelity's switches. Speeds stay as they are. A transfer that is alone in the cluster takes the
 * time of the slowest link of its route plus the sum of the latencies.
 */
import { type Cluster, type Link, validateCluster } from "../cluster/cluster.ts";
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import { notKnown } from "../suggest.ts";

export interface NetworkModel {
  readonly name: string;
  /** One sentence: what waits for what. */
  readonly summary: string;
  /**
   * Servers that a transfer between two devices needs in addition to its own wire. Not set where it
   * crosses the cluster's own links.
   */
  readonly servers?: (from: number, to: number) => readonly Server[];
  readonly contention: "queue" | "none" | "fair";
  /**
   * Transfers follow a plan's order where it has one. Else the servers are first come, first
   * served.
   */
  readonly inPlanOrder?: true;
}

/** A queue at a device that serves one transfer at a time. */
interface Server {
  readonly device: number;
  readonly side: "out" | "in" | "channel";
}

export const networkModels: readonly NetworkModel[] = [
  {
    name: "contention-free",
    summary: "Nothing waits: the alpha-beta model of HEFT (Topcuoglu et al., 2002).",
    servers: () => [],
    contention: "none",
  },
  {
    name: "link-queue",
    summary: "One transfer at a time for each ordered pair of devices: full-duplex point-to-point links.",
    servers: () => [],
    contention: "queue",
  },
  {
    name: "sender-queue",
    summary: "A device sends one transfer at a time and receives any number, as in Placeto's simulator.",
    servers: (from) => [{ device: from, side: "out" }],
    contention: "queue",
  },
  {
    name: "receiver-queue",
    summary: "A device receives one transfer at a time and sends any number.",
    servers: (_, to) => [{ device: to, side: "in" }],
    contention: "queue",
  },
  {
    name: "full-duplex",
    summary: "A device sends one transfer at a time and receives one at a time.",
    servers: (from, to) => [
      { device: from, side: "out" },
      { device: to, side: "in" },
    ],
    contention: "queue",
  },
  {
    name: "half-duplex",
    summary:
      "A device sends or receives one transfer at a time, in the plan's order if it has one: the channel of Baechi (Jeon et al., SoCC 2020).",
    servers: (from, to) => [
      { device: from, side: "channel" },
      { device: to, side: "channel" },
    ],
    contention: "queue",
    inPlanOrder: true,
  },
  {
    name: "fair",
    summary:
      "All transfers go on at once and share what their devices can send and receive, max-min fairly: a switch with full bisection.",
    servers: (from, to) => [
      { device: from, side: "out" },
      { device: to, side: "in" },
    ],
    contention: "fair",
  },
  {
    name: "fair-links",
    summary:
      "All transfers go on at once and share the cluster's own links, max-min fairly: trees and racks whose uplinks are oversubscribed.",
    contention: "fair",
  },
];

/** The scenario under a named network model; throws one sentence where the name is not known. */
export function withNetwork(scenario: Scenario, name: string): Scenario {
  const names = networkModels.map((model) => model.name);
  const model = networkModels.find((candidate) => candidate.name === name);
  if (model === undefined) throw new InputError(notKnown("Network", name, names));
  return {
    ...scenario,
    cluster: rewire(scenario.cluster, model),
    fidelity: {
      ...scenario.fidelity,
      name: `${scenario.fidelity.name}, ${name}`,
      routing: "cut-through",
      overlap: model.contention === "fair" || scenario.fidelity.overlap,
      transferOrder: model.inPlanOrder && scenario.fidelity.overlap ? "plan" : "first-come",
      contention: model.contention,
    },
  };
}

function rewire(cluster: Cluster, { servers }: NetworkModel): Cluster {
  if (servers === undefined) return cluster;
  const links: Link[] = [];
  const numberOf = new Map<string, number>();
  // Keys are made of numbers, because names of devices may be anything.
  const linkOf = (key: string, link: Link): number => {
    const known = numberOf.get(key);
    if (known !== undefined) return known;
    numberOf.set(key, links.length);
    return links.push(link) - 1;
  };
  const wires = cluster.routes.map((row, from) => row.map((_, to) => wireOf(cluster, from, to)));
  const fastest = Math.max(1, ...wires.flat().map((wire) => wire?.bytesPerUs ?? 0));
  const routes = wires.map((row, from) =>
    row.map((wire, to) => {
      if (wire === null) return [];
      const queues = servers(from, to).map(({ device, side }) =>
        linkOf(`${device} ${side}`, {
          name: `${cluster.devices[device].name} ${side}`,
          bytesPerUs: fastest,
          latencyUs: 0,
        }),
      );
      return [...queues, linkOf(`${from} to ${to}`, wire)];
    }),
  );
  const { routing: _, ...rest } = cluster;
  return validateCluster({ ...rest, links, routes });
}

/**
 * The wire of a transfer between two devices where nothing else is sent; null from a device to
 * itself.
 */
function wireOf(cluster: Cluster, from: number, to: number): Link | null {
  if (from === to) return null;
  const route = cluster.routes[from][to].map((link) => cluster.links[link]);
  return {
    name: `${cluster.devices[from].name} to ${cluster.devices[to].name}`,
    bytesPerUs: Math.min(...route.map((link) => link.bytesPerUs)),
    latencyUs: route.reduce((sum, link) => sum + link.latencyUs, 0),
  };
}
