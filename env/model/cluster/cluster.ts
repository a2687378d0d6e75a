/**
 * `Cluster`: devices, one-directional links, and for each ordered pair of devices the links that a
 * transfer crosses.
 *
 * A full-duplex cable is two links; a shared bus is one link that several routes cross. A transfer
 * crosses the links of its route one after the other (store and forward) and queues at each. It
 * crosses them all at once where the cluster or the fidelity says so.
 */
import { InputError } from "../errors.ts";

export interface Device {
  readonly name: string;
  /** Hardware kind, such as `V100`; measured times and op support refer to it. */
  readonly kind: string;
  /** Peak FLOP per us by number type. */
  readonly flopsPerUs: Readonly<Record<string, number>>;
  /** Memory bandwidth in bytes per us. */
  readonly memoryBytesPerUs: number;
  /** Memory size in bytes; `Infinity` for no limit. */
  readonly memoryBytes: number;
  /** Time in us added to every op that does any work. */
  readonly launchUs: number;
  /**
   * Share of the peak FLOP/s that an op type reaches; `*` stands for types that are not named;
   * default 1.
   */
  readonly efficiency?: Readonly<Record<string, number>>;
  /** Rent of the device in USD for an hour, for the objective cost. */
  readonly usdPerHour?: number;
  /**
   * Share of a stage's computing that more devices of the kind divide among them, for the objective
   * cost; default 1.
   */
  readonly computeShare?: number;
  /** The same of its transfers. */
  readonly transferShare?: number;
}

export interface Link {
  readonly name: string;
  readonly bytesPerUs: number;
  /** Delay in us until the last byte arrives. It does not occupy the link. */
  readonly latencyUs: number;
}

export interface Cluster {
  readonly name: string;
  readonly devices: readonly Device[];
  readonly links: readonly Link[];
  /** routes[from][to]: link ids in crossing order; empty where from = to. */
  readonly routes: readonly (readonly (readonly number[])[])[];
  /**
   * Set where the cluster's switches pass a transfer on while they still receive it. Every fidelity
   * then follows it.
   */
  readonly routing?: "cut-through";
}

/**
 * Whether a device is a CPU: its kind is "cpu" in any case of letters. All others are accelerators.
 */
export const isCpu = (device: Device): boolean => device.kind.toLowerCase() === "cpu";

/** Numbers of the accelerators, ascending. */
export const acceleratorsOf = ({ devices }: Pick<Cluster, "devices">): number[] =>
  [...devices.keys()].filter((d) => !isCpu(devices[d]));

/** The same; all devices of a cluster that has CPUs alone. */
export function acceleratorsOrAll(cluster: Pick<Cluster, "devices">): number[] {
  const accelerators = acceleratorsOf(cluster);
  return accelerators.length > 0 ? accelerators : [...cluster.devices.keys()];
}

/** The most parameter bytes that a device may hold where only weights count. A CPU has no limit. */
export const weightLimitBytes = (device: Device): number =>
  isCpu(device) ? Number.POSITIVE_INFINITY : device.memoryBytes;

/** Checks a cluster; throws one sentence naming the device, link or route. Returns its argument. */
export function validateCluster(cluster: Cluster): Cluster {
  const { devices, links, routes, routing } = cluster;
  if (routing !== undefined && routing !== "cut-through")
    throw new InputError(
      `Cluster "${cluster.name}": routing is "${routing}", expected "cut-through" or none.`,
    );
  if (devices.length === 0)
    throw new InputError(`Cluster "${cluster.name}" has no devices; at least one is needed.`);
  const names = new Set<string>();
  for (const device of devices) {
    const where = `Cluster "${cluster.name}", device "${device.name}"`;
    if (names.has(device.name)) throw new InputError(`${where}: the name is used twice.`);
    names.add(device.name);
    positive(where, "memoryBytesPerUs", device.memoryBytesPerUs);
    if (device.memoryBytes !== Number.POSITIVE_INFINITY) positive(where, "memoryBytes", device.memoryBytes);
    for (const [dtype, speed] of Object.entries(device.flopsPerUs))
      positive(where, `flopsPerUs.${dtype}`, speed);
    for (const [type, share] of Object.entries(device.efficiency ?? {}))
      positive(where, `efficiency.${type}`, share);
    checkRent(where, device);
    if (!(device.launchUs >= 0) || device.launchUs === Number.POSITIVE_INFINITY)
      throw new InputError(
        `${where}: launchUs is ${device.launchUs}, expected a finite number of at least 0.`,
      );
  }
  for (const link of links) {
    const where = `Cluster "${cluster.name}", link "${link.name}"`;
    positive(where, "bytesPerUs", link.bytesPerUs);
    if (!(link.latencyUs >= 0) || link.latencyUs === Number.POSITIVE_INFINITY)
      throw new InputError(
        `${where}: latencyUs is ${link.latencyUs}, expected a finite number of at least 0.`,
      );
  }
  if (routes.length !== devices.length)
    throw new InputError(
      `Cluster "${cluster.name}": routes has ${routes.length} rows for ${devices.length} devices.`,
    );
  routes.forEach((row, from) => {
    if (row.length !== devices.length)
      throw new InputError(
        `Cluster "${cluster.name}": routes[${from}] has ${row.length} entries for ${devices.length} devices.`,
      );
    row.forEach((route, to) => {
      const where = `Cluster "${cluster.name}": the route "${devices[from].name}" -> "${devices[to].name}"`;
      if (from !== to && route.length === 0)
        throw new InputError(`${where} crosses no link; expected at least one.`);
      if (from === to && route.length > 0) throw new InputError(`${where} must be empty.`);
      for (const link of route)
        if (!Number.isInteger(link) || link < 0 || link >= links.length)
          throw new InputError(`${where} names link ${link}, expected 0..${links.length - 1}.`);
    });
  });
  return cluster;
}

function checkRent(where: string, { usdPerHour, computeShare = 1, transferShare = 1 }: Device): void {
  if (usdPerHour !== undefined) positive(where, "usdPerHour", usdPerHour);
  for (const [field, share] of Object.entries({ computeShare, transferShare }))
    if (!(share >= 0 && share <= 1))
      throw new InputError(`${where}: ${field} is ${share}, expected a share from 0 to 1.`);
}

function positive(where: string, field: string, value: number): void {
  if (!(value > 0) || !Number.isFinite(value))
    throw new InputError(`${where}: ${field} is ${value}, expected a finite number above 0.`);
}

/**
 * Devices that each send through one outgoing link and receive without limit. This is the network
 * of the published Placeto simulator, and it fits GPUs behind one PCIe switch.
 */
export function egressCluster(
  name: string,
  devices: readonly Device[],
  link: { readonly bytesPerUs: number; readonly latencyUs: number },
): Cluster {
  return validateCluster({
    name,
    devices,
    links: devices.map((device) => ({ name: `${device.name} out`, ...link })),
    routes: devices.map((_, from) => devices.map((_, to) => (from === to ? [] : [from]))),
  });
}
