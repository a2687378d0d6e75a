/**
 * Start placements: one device for each group, before any action. They follow the options of
 * Placeto's published code, whose default is one fixed random placement.
 */
import { allowedDevices } from "../model/cluster/allowed-devices.ts";
import { groupGraph } from "../model/coarsen/group-graph.ts";
import { InputError } from "../model/errors.ts";
import { createRng, type Rng } from "../model/rng.ts";
import type { Scenario } from "../model/scenario.ts";
import { sampleMasked } from "../spaces/discrete.ts";

/**
 * - `fixed-random`: one random placement, the same in every episode and under every seed.
 * - `random`: a random placement for each episode.
 * - `single-device`: the default devices.
 * - `best`: the best placement scored since the last seeded reset, `fixed-random` where there is
 *   none.
 */
export const startRules = ["fixed-random", "random", "single-device", "best"] as const;
export type StartRule = (typeof startRules)[number];

/** Uniform over the devices that can run each group. */
export function randomPlacement(scenario: Scenario, rng: Rng): Int32Array {
  const deviceCount = scenario.cluster.devices.length;
  const allowed = allowedDevices(scenario);
  return Int32Array.from({ length: scenario.grouping.groupCount }, (_, g) =>
    sampleMasked(rng, allowed.subarray(g * deviceCount, (g + 1) * deviceCount)),
  );
}

/** The one random placement of `fixed-random`. */
export function fixedRandomPlacement(scenario: Scenario): Int32Array {
  return randomPlacement(scenario, createRng("fixed-random start/0"));
}

/**
 * The default devices. The main device is the one that can run most groups; of several, the one
 * that runs them fastest. It gets all groups that it can run. Every other group is on the device
 * that runs it fastest. Ties go to the smaller device id.
 */
export function singleDevicePlacement(scenario: Scenario): Int32Array {
  const { groupCount, deviceCount, computeUs } = groupGraph(scenario);
  const main = mainDevice(groupCount, deviceCount, computeUs);
  return Int32Array.from({ length: groupCount }, (_, g) => {
    const row = computeUs.subarray(g * deviceCount, (g + 1) * deviceCount);
    return Number.isFinite(row[main]) ? main : row.indexOf(row.reduce((a, b) => Math.min(a, b)));
  });
}

function mainDevice(groupCount: number, deviceCount: number, computeUs: Float64Array): number {
  let main = 0;
  let mostGroups = -1;
  let leastUs = Number.POSITIVE_INFINITY;
  for (let d = 0; d < deviceCount; d++) {
    let groups = 0;
    let totalUs = 0;
    for (let g = 0; g < groupCount; g++) {
      const us = computeUs[g * deviceCount + d];
      if (!Number.isFinite(us)) continue;
      groups++;
      totalUs += us;
    }
    if (groups < mostGroups || (groups === mostGroups && totalUs >= leastUs)) continue;
    main = d;
    mostGroups = groups;
    leastUs = totalUs;
  }
  return main;
}

/**
 * Checks a start placement from a caller: one supported device for each group. Returns a copy.
 */
export function givenPlacement(scenario: Scenario, device: ArrayLike<number>): Int32Array {
  const { groupCount } = scenario.grouping;
  const deviceCount = scenario.cluster.devices.length;
  if (device.length !== groupCount)
    throw new InputError(`The start placement has ${device.length} entries for ${groupCount} groups.`);
  const allowed = allowedDevices(scenario);
  for (let g = 0; g < groupCount; g++) {
    if (!Number.isInteger(device[g]) || device[g] < 0 || device[g] >= deviceCount)
      throw new InputError(
        `The start placement puts group ${g} on device ${device[g]}, expected 0..${deviceCount - 1}.`,
      );
    if (allowed[g * deviceCount + device[g]] === 0)
      throw new InputError(
        `The start placement puts group ${g} on "${scenario.cluster.devices[device[g]].name}", which cannot run it.`,
      );
  }
  return Int32Array.from(device);
}
