/**
 * Decodings of policies that write one device after another: beam search, several starts, and the
 * average over renamings of interchangeable devices. They cost no simulation until their placements
 * are scored.
 */
import { logSoftmaxRow } from "../categorical.ts";

/** A policy's state for several prefixes at once, group by group. */
export interface Stepper {
  /**
   * Masked logits of the next group's devices, [prefixes x devices]. `previous` is the device of
   * the group before in each prefix, the number of devices at the first. `parents` says which of
   * the last prefixes each one continues, itself where null.
   */
  step(group: number, previous: Int32Array, parents: Int32Array | null): Float32Array;
  dispose(): void;
}

export interface SteppedPolicy {
  readonly groups: number;
  readonly devices: number;
  stepper(prefixes: number): Stepper;
}

/** The `width` likeliest placements that a beam of that width finds, likeliest first. */
export const beamPlacements = (policy: SteppedPolicy, width: number): Int32Array[] =>
  grown(policy, width, (longer) => likeliest(longer).slice(0, width));

/**
 * Greedy placements from several starts (Kwon et al., POMO, NeurIPS 2020): at most `count`, which
 * differ in the devices of the first groups.
 */
export const startedPlacements = (policy: SteppedPolicy, count: number): Int32Array[] =>
  grown(policy, count, (longer, before) => {
    const all = likeliest(longer);
    if (before < count) return all.slice(0, count);
    return Array.from({ length: before }, (_, parent) => all.find((prefix) => prefix.parent === parent)!);
  });

/** A prefix by one group longer than that of `parent`. */
interface Longer {
  readonly parent: number;
  readonly device: number;
  readonly logProbability: number;
}

const likeliest = (longer: readonly Longer[]): Longer[] =>
  longer.toSorted(
    (a, b) => b.logProbability - a.logProbability || a.parent - b.parent || a.device - b.device,
  );

/** Placements, group by group. `keep` takes at most `width` of what the prefixes have become. */
function grown(
  { groups, devices, stepper }: SteppedPolicy,
  width: number,
  keep: (longer: readonly Longer[], before: number) => readonly Longer[],
): Int32Array[] {
  const steps = stepper(width);
  let prefixes: Prefix[] = [{ placement: new Int32Array(groups), logProbability: 0 }];
  let previous = new Int32Array(width).fill(devices);
  let parents: Int32Array | null = null;
  for (let g = 0; g < groups; g++) {
    const rows = steps.step(g, previous, parents);
    const longer = prefixes.flatMap(({ logProbability }, parent) =>
      Array.from(logSoftmaxRow(rows.subarray(parent * devices, (parent + 1) * devices)), (gain, device) => ({
        parent,
        device,
        logProbability: logProbability + gain,
      })),
    );
    const kept = keep(longer.filter(isPossible), prefixes.length);
    const before = prefixes;
    prefixes = kept.map(({ parent, device, logProbability }) => {
      const placement = before[parent].placement.slice();
      placement[g] = device;
      return { placement, logProbability };
    });
    // Fewer prefixes than there is room for: the rest repeat the last and are not looked at.
    const row = (i: number) => kept[Math.min(i, kept.length - 1)];
    previous = Int32Array.from({ length: width }, (_, i) => row(i).device);
    parents = Int32Array.from({ length: width }, (_, i) => row(i).parent);
  }
  steps.dispose();
  return prefixes.map(({ placement }) => placement);
}

/** Devices that cannot run a group are masked to about -1e9. */
const isPossible = ({ logProbability }: Longer): boolean => logProbability > -1e8;

interface Prefix {
  readonly placement: Int32Array;
  readonly logProbability: number;
}

/**
 * The greedy placement by probabilities that are averaged over renamings of the devices. A renaming
 * gives each device's new number. The policy sees the prefix under each renaming.
 */
export function renamedPlacement(
  { groups, devices, stepper }: SteppedPolicy,
  renamings: readonly Int32Array[],
): Int32Array {
  const steps = stepper(renamings.length);
  const placement = new Int32Array(groups);
  let previous = new Int32Array(renamings.length).fill(devices);
  for (let g = 0; g < groups; g++) {
    const rows = steps.step(g, previous, null);
    const total = new Float64Array(devices);
    renamings.forEach((renaming, i) => {
      const row = logSoftmaxRow(rows.subarray(i * devices, (i + 1) * devices));
      for (let device = 0; device < devices; device++) total[device] += Math.exp(row[renaming[device]]);
    });
    const chosen = total.indexOf(Math.max(...total));
    placement[g] = chosen;
    previous = Int32Array.from(renamings, (renaming) => renaming[chosen]);
  }
  steps.dispose();
  return placement;
}
