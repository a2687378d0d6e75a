/**
 * Labels for imitation: settings of keys that spell a good plan. The keys of a group's device are
 * large and those of its other devices small, and a priority falls with the start of the group.
 * Elite biases are the largest, so that a child differs from its elite parent in few keys.
 *
 * Not in the paper, which learns from rewards alone.
 */
import { groupStarts } from "../../../env/envs/placement/group-starts.ts";
import type { Grouping } from "../../../env/model/coarsen/grouping.ts";
import { BINS, SETTINGS } from "../../search/keys/key-bins.ts";

/** Bins of the means of a device that is used and of one that is not. */
const [USED, UNUSED] = [13, 3];
/** Bins of the variances of device keys and of priority keys: nu is 4 and 64. */
const [DEVICE_VARIANCE, PRIORITY_VARIANCE] = [4, 12];
const ELITE_BIAS = BINS - 1;

/**
 * Bins of all rows, node by node: the devices' keys, then the priority's. `startUs` is the start of
 * each op; without it priorities keep the mean in the middle.
 */
export function keyLabels(
  groupDevice: Int32Array,
  devices: number,
  grouping: Grouping,
  startUs: Float64Array | undefined,
): Int32Array {
  const priorities = prioritiesOf(grouping, startUs);
  const bins: number[] = [];
  groupDevice.forEach((used, g) => {
    for (let d = 0; d < devices; d++) bins.push(d === used ? USED : UNUSED, DEVICE_VARIANCE, ELITE_BIAS);
    bins.push(priorities[g], PRIORITY_VARIANCE, ELITE_BIAS);
  });
  return Int32Array.from(bins);
}

/** The legal device whose key has the largest mean, of equal ones the first. */
export function likeliestDevices(
  bins: Int32Array,
  legal: readonly Int32Array[],
  devices: number,
): Int32Array {
  const rowsPerNode = (devices + 1) * SETTINGS;
  const meanOf = (g: number, d: number) => bins[g * rowsPerNode + d * SETTINGS];
  return Int32Array.from(legal, (allowed, g) =>
    allowed.reduce((best, d) => (meanOf(g, d) > meanOf(g, best) ? d : best)),
  );
}

/** The first group has the largest mean. */
function prioritiesOf(grouping: Grouping, startUs: Float64Array | undefined): Int32Array {
  const { groupCount } = grouping;
  const priorities = new Int32Array(groupCount).fill(BINS / 2);
  if (startUs === undefined) return priorities;
  const starts = groupStarts(grouping, startUs);
  const order = Array.from({ length: groupCount }, (_, g) => g).sort(
    (a, b) => starts[a] - starts[b] || a - b,
  );
  order.forEach((g, place) => {
    priorities[g] = Math.round((BINS - 1) * (1 - place / Math.max(1, groupCount - 1)));
  });
  return priorities;
}
