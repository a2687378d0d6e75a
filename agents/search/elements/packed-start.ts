/** An assignment that fits the memory, for searches without a better start. */

import { deviceTimes } from "../../problems/split/element-times.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";

/**
 * Places elements in falling order of bytes. Each goes to the device with the least load after it,
 * among those that have memory for it. Null if some element fits no device; another order might
 * succeed.
 */
export function packedByMemory(problem: SplitProblem): Int32Array | null {
  const { elements, memoryBytes } = problem;
  const order = Array.from({ length: elements.count }, (_, v) => v);
  order.sort((a, b) => memoryBytes[b] - memoryBytes[a]);
  const { deviceCount, limitBytes, timeUs } = deviceTimes(problem);
  const heldBytes = new Float64Array(deviceCount);
  const busyUs = new Float64Array(deviceCount);
  const deviceOf = new Int32Array(elements.count).fill(-1);
  for (const v of order) {
    for (let d = 0; d < deviceCount; d++) {
      const us = timeUs[v * deviceCount + d];
      if (us === Number.POSITIVE_INFINITY || heldBytes[d] + memoryBytes[v] > limitBytes[d]) continue;
      const known = deviceOf[v];
      if (known !== -1 && busyUs[known] + timeUs[v * deviceCount + known] <= busyUs[d] + us) continue;
      deviceOf[v] = d;
    }
    if (deviceOf[v] === -1) return null;
    heldBytes[deviceOf[v]] += memoryBytes[v];
    busyUs[deviceOf[v]] += timeUs[v * deviceCount + deviceOf[v]];
  }
  return deviceOf;
}
