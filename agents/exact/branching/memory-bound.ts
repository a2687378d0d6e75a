/**
 * What a partial placement proves about memory.
 *
 * The peak of each device is at least its bytes that live for the whole step, plus the needs of a
 * running op there. An op needs its outputs, its workspace and its inputs. An input is the
 * producer's outputs where both are on one device, else a copy of the tensor. Groups that are not
 * placed must fit in what is left.
 *
 * Under `memory: "outputs-only"` nothing has a limit. A formula (max load, latency) limits the
 * weights of accelerators only.
 */

import { type Compiled, NO_SLOT } from "../../../env/sim/engine/compile.ts";
import { countsWeightsAlone, memoryLimits } from "../../../env/sim/objectives/memory-limits.ts";
import type { PartialBound } from "./branch-and-bound.ts";

export interface PartialMemory {
  /** False where no completion fits. */
  fits(groupDevice: Int32Array): boolean;
  /** A lower bound on the largest peak of every completion, in bytes. */
  readonly peakBytes: PartialBound;
}

/**
 * Sums in another order differ in their last digits. An excess below this share of the limit is
 * left to the evaluator.
 */
const ROUNDING = 1e-9;

export function partialMemory(compiled: Compiled): PartialMemory {
  const { scenario, deviceCount } = compiled;
  const { groupOf, groupCount } = scenario.grouping;
  const limits = memoryLimits(scenario);
  const weightsAlone = countsWeightsAlone(scenario);
  const bytes = weightsAlone ? scenario.graph.parameterBytes : compiled.residentBytes;
  const groupBytes = new Float64Array(groupCount);
  groupOf.forEach((g, v) => {
    groupBytes[g] += bytes[v];
  });
  const counts = weightsAlone || compiled.fidelity.memory === "training";
  const peaks = new Float64Array(deviceCount);

  const placePeaks = (groupDevice: Int32Array): void => {
    peaks.fill(0);
    if (!counts) return;
    for (let g = 0; g < groupCount; g++) if (groupDevice[g] !== -1) peaks[groupDevice[g]] += groupBytes[g];
  };
  const passing = weightsAlone ? () => {} : passingBytes(compiled, peaks);
  return {
    fits(groupDevice) {
      if (!counts || limits.every((limit) => limit === Number.POSITIVE_INFINITY)) return true;
      placePeaks(groupDevice);
      const free = limits.map((limit, d) => limit * (1 + ROUNDING) - peaks[d]);
      let left = free.reduce((sum, bytes) => sum + Math.max(0, bytes), 0);
      const most = Math.max(...free);
      for (let g = 0; g < groupCount; g++) {
        if (groupDevice[g] !== -1) continue;
        if (groupBytes[g] > most) return false;
        left -= groupBytes[g];
      }
      if (left < 0 || free.some((bytes) => bytes < 0)) return false;
      passing(groupDevice);
      return peaks.every((peak, d) => peak <= limits[d] * (1 + ROUNDING));
    },
    peakBytes(groupDevice) {
      placePeaks(groupDevice);
      passing(groupDevice);
      let total = 0;
      let largest = 0;
      for (let g = 0; g < groupCount; g++) if (counts) total += groupBytes[g];
      for (const peak of peaks) largest = Math.max(largest, peak);
      return Math.max(largest, total / deviceCount) * (1 - 1e-12);
    },
  };
}

/** Adds to each device's bytes the most that one of its ops needs in addition while it runs. */
function passingBytes(compiled: Compiled, peaks: Float64Array): (groupDevice: Int32Array) => void {
  const { scenario, opCount, deviceCount, runUs, outputBytes, workspaceBytes, fidelity } = compiled;
  const { needStart, needProducer, needSlot, slotBytes } = compiled;
  const { groupOf } = scenario.grouping;
  const most = new Float64Array(deviceCount);
  const copies = new Map<number, Set<number>>();
  const inputBytes = (v: number, groupDevice: Int32Array): number => {
    copies.clear();
    for (let i = needStart[v]; i < needStart[v + 1]; i++) {
      if (needSlot[i] === NO_SLOT) continue;
      const slots = copies.get(needProducer[i]) ?? new Set();
      copies.set(needProducer[i], slots.add(needSlot[i]));
    }
    let bytes = 0;
    for (const [u, slots] of copies) {
      let copied = 0;
      for (const slot of slots) copied += slotBytes[slot];
      const from = groupDevice[groupOf[u]];
      if (from === groupDevice[groupOf[v]]) bytes += outputBytes[u];
      else bytes += from === -1 ? Math.min(copied, outputBytes[u]) : copied;
    }
    return bytes;
  };
  const outputsOnly = fidelity.memory === "outputs-only";
  return (groupDevice) => {
    most.fill(0);
    for (let v = 0; v < opCount; v++) {
      const d = groupDevice[groupOf[v]];
      // A tensor that lives for no time needs no memory.
      if (d === -1 || !(runUs[v * deviceCount + d] > 0)) continue;
      const others = outputsOnly ? 0 : workspaceBytes[v] + inputBytes(v, groupDevice);
      most[d] = Math.max(most[d], outputBytes[v] + others);
    }
    for (let d = 0; d < deviceCount; d++) peaks[d] += most[d];
  };
}
