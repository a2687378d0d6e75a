/**
 * The arrays of `Compiled` that hold dependencies of tasks, the cluster, and the routes between
 * them.
 */
import type { Cluster } from "../../../model/cluster/cluster.ts";
import type { Compiled } from "../../engine/compile.ts";

export interface Dependencies {
  readonly depProducer: Int32Array;
  readonly depConsumer: Int32Array;
  readonly depSlot: Int32Array;
}

type DependencyArrays = Pick<
  Compiled,
  | "depStart"
  | "depConsumer"
  | "depSlot"
  | "releaseConsumer"
  | "releaseSlot"
  | "waitsFor"
  | "needStart"
  | "needProducer"
  | "needSlot"
>;

/** Dependencies in the order in which they were declared, by producer and by consumer. */
export function dependencyArrays(taskCount: number, all: Dependencies): DependencyArrays {
  const { depProducer, depSlot: slots } = all;
  const count = depProducer.length;
  const depStart = new Int32Array(taskCount + 1);
  const needStart = new Int32Array(taskCount + 1);
  const waitsFor = new Int32Array(taskCount);
  for (let i = 0; i < count; i++) {
    depStart[depProducer[i] + 1]++;
    waitsFor[all.depConsumer[i]]++;
    if (slots[i] >= 0) needStart[all.depConsumer[i] + 1]++;
  }
  for (let v = 0; v < taskCount; v++) {
    depStart[v + 1] += depStart[v];
    needStart[v + 1] += needStart[v];
  }
  const depConsumer = new Int32Array(count);
  const depSlot = new Int32Array(count);
  const needProducer = new Int32Array(needStart[taskCount]);
  const needSlot = new Int32Array(needStart[taskCount]);
  const next = depStart.slice();
  const nextNeed = needStart.slice();
  for (let i = 0; i < count; i++) {
    const at = next[depProducer[i]]++;
    const consumer = all.depConsumer[i];
    depConsumer[at] = consumer;
    depSlot[at] = slots[i];
    if (slots[i] < 0) continue;
    const need = nextNeed[consumer]++;
    needProducer[need] = depProducer[i];
    needSlot[need] = slots[i];
  }
  const releases = byConsumer(depStart, depConsumer, depSlot);
  return { depStart, depConsumer, depSlot, ...releases, waitsFor, needStart, needProducer, needSlot };
}

/** At most so many dependencies of a producer are sorted by insertion. */
const FEW = 32;

/** The dependencies of each producer by consumer; equal ones keep their order. */
function byConsumer(depStart: Int32Array, depConsumer: Int32Array, depSlot: Int32Array) {
  const releaseConsumer = depConsumer.slice();
  const releaseSlot = depSlot.slice();
  for (let v = 0; v + 1 < depStart.length; v++) {
    const [start, end] = [depStart[v], depStart[v + 1]];
    if (end - start > FEW) {
      if (isSorted(depConsumer, start, end)) continue;
      const count = end - start;
      // Numbers of both, as these sort faster than a function does.
      const keys = new Float64Array(count);
      for (let i = 0; i < count; i++) keys[i] = depConsumer[start + i] * count + i;
      keys.sort();
      for (let i = 0; i < count; i++) {
        const from = start + (keys[i] % count);
        releaseConsumer[start + i] = depConsumer[from];
        releaseSlot[start + i] = depSlot[from];
      }
      continue;
    }
    for (let i = start + 1; i < end; i++) {
      const consumer = releaseConsumer[i];
      const slot = releaseSlot[i];
      let at = i;
      for (; at > start && releaseConsumer[at - 1] > consumer; at--) {
        releaseConsumer[at] = releaseConsumer[at - 1];
        releaseSlot[at] = releaseSlot[at - 1];
      }
      releaseConsumer[at] = consumer;
      releaseSlot[at] = slot;
    }
  }
  return { releaseConsumer, releaseSlot };
}

function isSorted(values: Int32Array, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) if (values[i - 1] > values[i]) return false;
  return true;
}

/** The number of each tensor among those of its producer. */
export function numbersWithin(slotProducer: Int32Array, taskCount: number): Int32Array {
  const next = new Int32Array(taskCount);
  const numbers = new Int32Array(slotProducer.length);
  for (let slot = 0; slot < numbers.length; slot++) numbers[slot] = next[slotProducer[slot]]++;
  return numbers;
}

export function countTo(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

type ClusterArrays = Pick<
  Compiled,
  "deviceCount" | "linkCount" | "linkRank" | "deviceRank" | "linkBytesPerUs" | "linkLatencyUs"
>;

const known = new WeakMap<Cluster, ClusterArrays>();

export function clusterArrays(cluster: Cluster): ClusterArrays {
  const before = known.get(cluster);
  if (before !== undefined) return before;
  const { devices, links } = cluster;
  const made = {
    deviceCount: devices.length,
    linkCount: links.length,
    linkRank: countTo(links.length),
    deviceRank: countTo(devices.length),
    linkBytesPerUs: Float64Array.from(links, (link) => link.bytesPerUs),
    linkLatencyUs: Float64Array.from(links, (link) => link.latencyUs),
  };
  known.set(cluster, made);
  return made;
}

/**
 * The routes that transfers of tasks take; all others are empty. Devices and their senders have
 * millions of routes in a large cluster, of which a plan uses few.
 */
export function routesTaken(
  { devices, routes }: Cluster,
  device: Int32Array,
  { depProducer, depConsumer, depSlot }: Dependencies,
): Pick<Compiled, "routeStart" | "routeLink"> {
  const count = devices.length;
  const isTaken = new Uint8Array(count ** 2);
  for (let i = 0; i < depSlot.length; i++)
    if (depSlot[i] >= 0) isTaken[device[depProducer[i]] * count + device[depConsumer[i]]] = 1;
  const routeStart = new Int32Array(count ** 2 + 1);
  const routeLink: number[] = [];
  let filled = 0;
  for (let pair = isTaken.indexOf(1); pair !== -1; pair = isTaken.indexOf(1, pair + 1)) {
    routeStart.fill(routeLink.length, filled, pair + 1);
    for (const link of routes[Math.floor(pair / count)][pair % count]) routeLink.push(link);
    filled = pair + 1;
  }
  routeStart.fill(routeLink.length, filled);
  return { routeStart, routeLink: Int32Array.from(routeLink) };
}
