/**
 * Devices machine by machine, for planners that count devices up to the end of each machine. A
 * machine is a group of the first level of the cluster (env/model/cluster/levels.ts). Bandwidths are
 * those of the slowest links.
 */
import { levelsOf } from "../../../env/model/cluster/levels.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { slowestBytesPerUs } from "./equal-devices.ts";

export interface MachineBorders {
  /** The devices, those of a machine one after another. */
  readonly devices: readonly number[];
  /** Number of devices up to the end of each machine: [8, 16] is two machines of 8. */
  readonly ends: readonly number[];
  /** Bytes per us between devices of a machine; that across machines where none has two devices. */
  readonly insideBytesPerUs: number;
  /** Bytes per us between any of the devices. */
  readonly acrossBytesPerUs: number;
}

export function machineBorders(scenario: Scenario, devices: readonly number[]): MachineBorders {
  const [machineOf] = levelsOf(scenario.cluster);
  const machines = new Map<number, number[]>();
  for (const device of devices) {
    const known = machines.get(machineOf[device]) ?? [];
    machines.set(machineOf[device], [...known, device]);
  }
  const groups = [...machines.values()];
  const ends: number[] = [];
  for (const { length } of groups) ends.push(length + (ends[ends.length - 1] ?? 0));
  const acrossBytesPerUs = slowestBytesPerUs(scenario, devices);
  const inside = Math.min(...groups.map((group) => slowestBytesPerUs(scenario, group)));
  return {
    devices: groups.flat(),
    ends,
    insideBytesPerUs: Number.isFinite(inside) ? inside : acrossBytesPerUs,
    acrossBytesPerUs,
  };
}
