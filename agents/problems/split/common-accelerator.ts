/**
 * The accelerators of planners that assume equal devices: the type with most devices, and the first
 * of several such types.
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
