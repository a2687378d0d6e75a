/**
 * Whether a plan fits whatever its times are. All that a device ever holds, taken together, is an
 * upper limit on its peak. Most plans fit so clearly that no exact peak is needed.
 */
import { type Compiled, NO_SLOT } from "../engine/compile.ts";

/**
 * True where every device surely keeps within its memory. Adds up totals first, then ops, then
 * dependencies, and stops as soon as the answer is known.
 */
export type FitsSurely = (device: Int32Array) => boolean;

export function createFitsSurely(compiled: Compiled): FitsSurely {
  const { opCount, deviceCount, residentBytes, workspaceBytes, outputBytes, scenario } = compiled;
  const { depStart, depConsumer, depSlot, slotBytes } = compiled;
  const memoryBytes = Float64Array.from(scenario.cluster.devices, (device) => device.memoryBytes);
  const sum = (bytes: Float64Array) => bytes.reduce((total, each) => total + each, 0);
  const copiesBytes = depSlot.reduce((total, slot) => total + (slot === NO_SLOT ? 0 : slotBytes[slot]), 0);
  const opsBytes =
    sum(residentBytes) + sum(outputBytes) + workspaceBytes.reduce((most, each) => Math.max(most, each), 0);
  if (memoryBytes.every((bytes) => opsBytes + copiesBytes <= bytes)) return () => true;

  const limit = new Float64Array(deviceCount);
  // A device runs one op at a time.
  const workspace = new Float64Array(deviceCount);
  const isWithin = (moreBytes: number): boolean => {
    for (let d = 0; d < deviceCount; d++) if (limit[d] + moreBytes > memoryBytes[d]) return false;
    return true;
  };

  return (device) => {
    limit.fill(0);
    workspace.fill(0);
    for (let v = 0; v < opCount; v++) {
      const d = device[v];
      limit[d] += residentBytes[v] + outputBytes[v];
      if (workspaceBytes[v] > workspace[d]) workspace[d] = workspaceBytes[v];
    }
    for (let d = 0; d < deviceCount; d++) limit[d] += workspace[d];
    if (isWithin(copiesBytes)) return true;
    if (!isWithin(0)) return false;
    for (let v = 0; v < opCount; v++)
      for (let i = depStart[v]; i < depStart[v + 1]; i++) {
        const to = device[depConsumer[i]];
        if (to !== device[v] && depSlot[i] !== NO_SLOT) limit[to] += slotBytes[depSlot[i]];
      }
    return isWithin(0);
  };
}
