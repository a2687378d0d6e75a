/**
 * Senders: each device gets a second one that does no work, so that a collective goes on while the
 * device computes. Routes of a sender are those of its device, so both share their links. Buffers
 * of a collective are not counted as memory.
 */
import type { Cluster } from "../../../model/cluster/cluster.ts";

const known = new WeakMap<Cluster, Cluster>();
const knownWithJoins = new WeakMap<Cluster, Cluster>();

/** The cluster with a sender for each device: device d has sender d + deviceCount. */
export function withSenders(cluster: Cluster): Cluster {
  const before = known.get(cluster);
  if (before !== undefined) return before;
  const { devices, routes } = cluster;
  const senders = devices.map((device) => ({
    ...device,
    name: `${device.name} sender`,
    memoryBytes: Number.POSITIVE_INFINITY,
  }));
  const rows = routes.map((row) => [...row, ...row]);
  const made = { ...cluster, devices: [...devices, ...senders], routes: [...rows, ...rows] };
  known.set(cluster, made);
  return made;
}

/** The device of joins in a cluster of so many devices with senders and joins. */
export const joinDeviceOf = ({ devices }: Cluster): number => 2 * devices.length;

/** The cluster with senders, and one device more for tasks that take no time and send nothing. */
export function withJoins(cluster: Cluster): Cluster {
  const before = knownWithJoins.get(cluster);
  if (before !== undefined) return before;
  const { devices, routes } = withSenders(cluster);
  const joins = { ...devices[devices.length - 1], name: "joins" };
  const nowhere = [...devices, joins].map(() => []);
  const made = {
    ...cluster,
    devices: [...devices, joins],
    routes: [...routes.map((row) => [...row, []]), nowhere],
  };
  knownWithJoins.set(cluster, made);
  return made;
}
