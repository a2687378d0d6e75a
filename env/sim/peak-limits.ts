/**
 * Upper limits on each device's peak memory that need no times: everything it ever holds, all at once. Most plans fit so clearly that
 * nobody needs to know when which tensor lives.
 */
import { type Compiled, NO_SLOT } from "./compile.ts";

export interface PeakLimits {
  /** Shape [deviceCount], like all of them. */
  readonly ofAnyPlan: Float64Array;
  /** Closer, from a look at each op. The array is written anew at each call. */
  ofOps(device: Int32Array): Float64Array;
  /** Closer still, from a look at each dependency; likewise. */
  ofPlan(device: Int32Array): Float64Array;
}

export function createPeakLimits(compiled: Compiled): PeakLimits {
  const { opCount, deviceCount, residentBytes, workspaceBytes, outputBytes } = compiled;
  const { depStart, depConsumer, depSlot, slotBytes } = compiled;
  const limit = new Float64Array(deviceCount);
  // A device runs one op at a time.
  const workspace = new Float64Array(deviceCount);
  const sum = (bytes: Float64Array) => bytes.reduce((total, each) => total + each, 0);
  const copiesBytes = depSlot.reduce((total, slot) => total + (slot === NO_SLOT ? 0 : slotBytes[slot]), 0);
  const everythingBytes =
    sum(residentBytes) + sum(outputBytes) + Math.max(0, ...workspaceBytes) + copiesBytes;

  const addOps = (device: Int32Array) => {
    limit.fill(0);
    workspace.fill(0);
    for (let v = 0; v < opCount; v++) {
      const d = device[v];
      limit[d] += residentBytes[v] + outputBytes[v];
      if (workspaceBytes[v] > workspace[d]) workspace[d] = workspaceBytes[v];
    }
    for (let d = 0; d < deviceCount; d++) limit[d] += workspace[d];
  };

  return {
    ofAnyPlan: new Float64Array(deviceCount).fill(everythingBytes),
    ofOps(device: Int32Array): Float64Array {
      addOps(device);
      for (let d = 0; d < deviceCount; d++) limit[d] += copiesBytes;
      return limit;
    },
    ofPlan(device: Int32Array): Float64Array {
      addOps(device);
      for (let v = 0; v < opCount; v++)
        for (let i = depStart[v]; i < depStart[v + 1]; i++) {
          const to = device[depConsumer[i]];
          if (to !== device[v] && depSlot[i] !== NO_SLOT) limit[to] += slotBytes[depSlot[i]];
        }
      return limit;
    },
  };
}
