/**
 * Collectives as tasks: the sum of the gradients of replicas over the cluster's own links.
 *
 * Each device has a *sender*, a second device of the engine that does no work, so that a collective
 * goes on while the device computes. Routes of a sender are those of its device, so both share
 * their links. Buffers of a collective are not counted as memory.
 */
import type { Cluster } from "../../model/cluster/cluster.ts";
import type { TaskBuilder } from "./task-builder.ts";

/** The cluster with a sender for each device: device d has sender d + deviceCount. */
export function withSenders(cluster: Cluster): Cluster {
  const { devices, routes } = cluster;
  const senders = devices.map((device) => ({
    ...device,
    name: `${device.name} sender`,
    memoryBytes: Number.POSITIVE_INFINITY,
  }));
  const row = (from: number) => [...routes[from], ...routes[from]];
  return {
    ...cluster,
    devices: [...devices, ...senders],
    routes: [...devices.map((_, from) => row(from)), ...devices.map((_, from) => row(from))],
  };
}

export interface Collective {
  /** Devices of the members, in ring order. */
  readonly devices: readonly number[];
  readonly bytes: number;
  /** The task that each member waits for. */
  readonly ready: readonly number[];
  /** Adds a task without work on a device. */
  readonly step: (device: number) => number;
}

/**
 * A ring all-reduce: 2 (n - 1) steps, in each of which every member sends bytes / n to the next.
 * Returns the last task of each member. One member has nothing to do.
 */
export function ringAllReduce(
  builder: TaskBuilder,
  { devices, bytes, ready, step }: Collective,
): readonly number[] {
  const count = devices.length;
  if (count === 1 || bytes === 0) return ready;
  let last = devices.map((device, member) => {
    const first = step(device);
    builder.after(first, ready[member]);
    return first;
  });
  for (let round = 0; round < 2 * (count - 1); round++) {
    const sent = last.map((task) => builder.tensor(task, bytes / count));
    last = devices.map((device, member) => {
      const next = step(device);
      builder.after(next, last[member]);
      builder.uses(next, sent[(member + count - 1) % count]);
      return next;
    });
  }
  return last;
}
