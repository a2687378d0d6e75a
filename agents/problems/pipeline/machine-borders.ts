/**
 * Devices machine by machine, for planners that count devices up to the end of each machine
 * (machine-levels.ts). Bandwidths are those of the slowest links.
 */
import type { Cluster } from "../../../env/model/cluster/cluster.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { slowestBytesPerUs } from "./equal-devices.ts";
import { machinesOf } from "./machine-levels.ts";

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

const known = new WeakMap<Cluster, Map<string, MachineBorders>>();

/** Worked out once for the devices of a cluster: large ones have many routes. */
export function machineBorders(scenario: Scenario, devices: readonly number[]): MachineBorders {
  const ofCluster = known.get(scenario.cluster) ?? new Map<string, MachineBorders>();
  const key = devices.join();
  const borders = ofCluster.get(key) ?? bordersOf(scenario, devices);
  known.set(scenario.cluster, ofCluster.set(key, borders));
  return borders;
}

function bordersOf(scenario: Scenario, devices: readonly number[]): MachineBorders {
  const groups = machinesOf(scenario, devices);
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
