/**
 * The accelerators of planners that take all their devices to be alike: the type with most devices,
 * the first of several.
 */
import type { SplitProblem } from "./split-problem.ts";

/** Index of the type, or -1 where all devices are CPUs. */
export function commonAccelerator({ types }: SplitProblem): number {
  let common = -1;
  types.forEach(({ devices, paysTransfers }, type) => {
    if (paysTransfers && (common === -1 || devices.length > types[common].devices.length)) common = type;
  });
  return common;
}
