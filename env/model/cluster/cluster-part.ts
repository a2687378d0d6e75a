/**
 * Some devices of a cluster as a cluster of their own, with the links that their routes cross. What
 * runs on these devices alone takes as long there as in the whole cluster. Devices and links keep
 * their order, by which ties are broken.
 */
import type { Cluster } from "./cluster.ts";

export interface ClusterPart {
  readonly cluster: Cluster;
  /** Number in the part of each of the given devices. */
  readonly numbers: readonly number[];
  /** Equal for parts that differ in names alone. */
  readonly key: string;
}

interface Origin {
  readonly whole: Cluster;
  /** Number in the whole of each device of the part. */
  readonly devices: readonly number[];
}

const origins = new WeakMap<Cluster, Origin>();

/** The cluster that one is a part of; absent for others. */
export const originOf = (cluster: Cluster): Origin | undefined => origins.get(cluster);

/** Pre: no device is given twice. */
export function clusterPart(whole: Cluster, given: readonly number[]): ClusterPart {
  const devices = [...given].sort((a, b) => a - b);
  const crossed = new Set(devices.flatMap((from) => devices.flatMap((to) => whole.routes[from][to])));
  const links = [...crossed].sort((a, b) => a - b);
  const numberOfLink = new Map(links.map((link, number) => [link, number]));
  const cluster: Cluster = {
    ...whole,
    devices: devices.map((device) => whole.devices[device]),
    links: links.map((link) => whole.links[link]),
    routes: devices.map((from) =>
      devices.map((to) => whole.routes[from][to].map((link) => numberOfLink.get(link)!)),
    ),
  };
  origins.set(cluster, { whole, devices });
  const numbers = given.map((device) => devices.indexOf(device));
  return { cluster, numbers, key: JSON.stringify([numbers, ...withoutNames(cluster)]) };
}

const withoutNames = ({ devices, links, routes }: Cluster) => [
  devices.map(({ name: _, ...rest }) => rest),
  links.map(({ name: _, ...rest }) => rest),
  routes,
];
