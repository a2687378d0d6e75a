/**
 * The work of a partial placement: what is placed on each device, and a lower bound on the largest
 * load of every completion.
 *
 * Take any weights of the devices with sum 1. The largest load is at least the weighted sum of the
 * placed work, plus the least weighted work of each group that is not placed. The weights are those
 * of env/sim/bounds/work-bound.ts, and even ones.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import { workBound } from "../../../env/sim/bounds/work-bound.ts";

export interface DeviceWork {
  /**
   * A lower bound on the largest load of every completion. The other methods answer for the
   * placement of the last call.
   */
  leastUs(groupDevice: Int32Array): number;
  loadUs(d: number): number;
  /** Load of device d with group g placed on it too; `Infinity` where it cannot run there. */
  withGroupUs(g: number, d: number): number;
  /** Groups placed on device d. */
  groupsOn(d: number): number;
}

/** `occupiedUs` has shape [opCount x deviceCount]. */
export function deviceWork({ grouping, cluster }: Scenario, occupiedUs: Float64Array): DeviceWork {
  const { groupOf, groupCount } = grouping;
  const deviceCount = cluster.devices.length;
  const groupUs = new Float64Array(groupCount * deviceCount);
  for (let i = 0; i < occupiedUs.length; i++)
    groupUs[groupOf[Math.floor(i / deviceCount)] * deviceCount + (i % deviceCount)] += occupiedUs[i];
  const machines = new Int32Array(deviceCount).fill(1);
  const evenly = new Float64Array(deviceCount).fill(1 / deviceCount);
  const weightings = [evenly, workBound(groupUs, machines).weights].map((weights) => ({
    weights,
    leastUs: leastWeighted(groupUs, weights),
  }));
  const loadUs = new Float64Array(deviceCount);
  const placed = new Int32Array(deviceCount);
  return {
    leastUs(groupDevice) {
      loadUs.fill(0);
      placed.fill(0);
      for (let g = 0; g < groupCount; g++) {
        const d = groupDevice[g];
        if (d === -1) continue;
        loadUs[d] += groupUs[g * deviceCount + d];
        placed[d]++;
      }
      let least = 0;
      for (let d = 0; d < deviceCount; d++) least = Math.max(least, loadUs[d]);
      for (const { weights, leastUs } of weightings) {
        let sum = 0;
        for (let d = 0; d < deviceCount; d++) sum += weights[d] * loadUs[d];
        for (let g = 0; g < groupCount; g++) if (groupDevice[g] === -1) sum += leastUs[g];
        least = Math.max(least, sum);
      }
      return least;
    },
    loadUs: (d) => loadUs[d],
    withGroupUs: (g, d) => loadUs[d] + groupUs[g * deviceCount + d],
    groupsOn: (d) => placed[d],
  };
}

/** The least weighted work of each group, over the devices that can run it. */
function leastWeighted(groupUs: Float64Array, weights: Float64Array): Float64Array {
  const deviceCount = weights.length;
  return Float64Array.from({ length: groupUs.length / deviceCount }, (_, g) => {
    let least = Number.POSITIVE_INFINITY;
    for (let d = 0; d < deviceCount; d++) {
      const us = groupUs[g * deviceCount + d];
      if (us !== Number.POSITIVE_INFINITY) least = Math.min(least, us * weights[d]);
    }
    return least;
  });
}
