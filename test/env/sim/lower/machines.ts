/** A cluster of machines for tests: fast pairs inside a machine, slow pairs between machines. */
import type { Cluster } from "../../../../env/index.ts";

export interface MachineSpeeds {
  readonly insideBytesPerUs?: number;
  readonly betweenBytesPerUs?: number;
  readonly latencyUs?: number;
}

/** `sizes`: devices of each machine. Each ordered pair of devices has a link of its own. */
export function machines(sizes: readonly number[], speeds: MachineSpeeds = {}): Cluster {
  const { insideBytesPerUs = 10, betweenBytesPerUs = 1, latencyUs = 0 } = speeds;
  const machineOf = sizes.flatMap((size, machine) => new Array<number>(size).fill(machine));
  const count = machineOf.length;
  return {
    name: `machines of ${sizes.join(", ")}`,
    devices: machineOf.map((_, d) => ({
      name: `gpu:${d}`,
      kind: "GPU",
      flopsPerUs: { float32: 1 },
      memoryBytesPerUs: 1,
      memoryBytes: Number.POSITIVE_INFINITY,
      launchUs: 0,
    })),
    links: machineOf.flatMap((from, a) =>
      machineOf.map((to, b) => ({
        name: `${a}-${b}`,
        bytesPerUs: from === to ? insideBytesPerUs : betweenBytesPerUs,
        latencyUs,
      })),
    ),
    routes: machineOf.map((_, a) => machineOf.map((_to, b) => (a === b ? [] : [a * count + b]))),
  };
}

/**
 * Machines whose devices reach others through network cards: one for the machine, or one for each
 * device. Pairs inside a machine have links of their own.
 */
export function machinesWithCards(
  sizes: readonly number[],
  { shared, ...speeds }: MachineSpeeds & { readonly shared: boolean },
): Cluster {
  const cluster = machines(sizes, speeds);
  const { betweenBytesPerUs: bytesPerUs = 1, latencyUs = 0 } = speeds;
  const machineOf = sizes.flatMap((size, machine) => new Array<number>(size).fill(machine));
  const cards = (shared ? sizes : machineOf).map((_, i) => ({ name: `card ${i}`, bytesPerUs, latencyUs }));
  return {
    ...cluster,
    links: [...cluster.links, ...cards],
    routes: cluster.routes.map((row, a) =>
      row.map((route, b) =>
        machineOf[a] === machineOf[b] ? route : [cluster.links.length + (shared ? machineOf[a] : a)],
      ),
    ),
  };
}

/** Times of all ops and transfers so many times as long; no digit changes at a power of two. */
export const slower = (cluster: Cluster, times: number): Cluster => ({
  ...cluster,
  devices: cluster.devices.map((device) => ({
    ...device,
    launchUs: device.launchUs * times,
    memoryBytesPerUs: device.memoryBytesPerUs / times,
    flopsPerUs: Object.fromEntries(Object.entries(device.flopsPerUs).map(([k, v]) => [k, v / times])),
  })),
  links: cluster.links.map((link) => ({
    ...link,
    bytesPerUs: link.bytesPerUs / times,
    latencyUs: link.latencyUs * times,
  })),
});
