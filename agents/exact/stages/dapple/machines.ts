/**
 * Device sets on a cluster of machines, and what DAPPLE (Fan et al., PPoPP 2021) charges for
 * moving data between them.
 *
 * Devices are numbered machine by machine. A set counts as across machines where its lowest and its
 * highest device are on different ones.
 *
 *   all-reduce on n devices   2 (n-1)/n bytes / allReduceAcross, or inside one machine
 *                             2 (n-1)/n bytes / inside / floor(n/2)
 *   transfer to a set across  bytes / allReduceAcross
 *   to a set on one machine   bytes x (share of the senders elsewhere) / transferAcross,
 *                             or bytes / inside where all senders are there
 *
 * These are the formulas of the released planner (AlibabaPAI/DAPPLE).
 */

/** A set of devices, ascending, with what the formulas ask of it. */
export interface DeviceSet {
  readonly devices: readonly number[];
  /** Devices of the set on each machine, shape [machines]. */
  readonly onMachine: Int32Array;
  /** Its only machine, or -1 where it is across machines. */
  readonly machine: number;
}

/** Bandwidths, in bytes per unit of time. */
export interface DappleLinks {
  readonly inside: number;
  readonly allReduceAcross: number;
  readonly transferAcross: number;
}

/** The constants of the released planner, in bytes per second. */
export const releasedLinks: DappleLinks = {
  inside: 25e9,
  allReduceAcross: 3e9,
  transferAcross: 1e9,
};

/** @param ends number of devices up to the end of each machine: [8, 16] is two machines of 8 */
export function deviceSet(devices: readonly number[], ends: readonly number[]): DeviceSet {
  const onMachine = new Int32Array(ends.length);
  const machineOf = (device: number) => ends.findIndex((end) => device < end);
  for (const device of devices) onMachine[machineOf(device)]++;
  const [lowest, highest] = [machineOf(devices[0]), machineOf(devices[devices.length - 1])];
  return { devices, onMachine, machine: lowest === highest ? lowest : -1 };
}

export function allReduceTime({ devices, machine }: DeviceSet, bytes: number, links: DappleLinks): number {
  const n = devices.length;
  if (n === 1) return 0;
  const moved = bytes * 2 * ((n - 1) / n);
  return machine < 0 ? moved / links.allReduceAcross : moved / links.inside / Math.floor(n / 2);
}

export function transferTime(from: DeviceSet, to: DeviceSet, bytes: number, links: DappleLinks): number {
  if (to.machine < 0) return bytes / links.allReduceAcross;
  const senders = from.devices.length;
  const elsewhere = senders - from.onMachine[to.machine];
  return elsewhere > 0 ? ((bytes / senders) * elsewhere) / links.transferAcross : bytes / links.inside;
}
