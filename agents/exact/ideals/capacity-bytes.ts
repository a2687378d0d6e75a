/**
 * How many bytes devices can hold together when none may be busy longer than a threshold. It is the
 * smaller of their memory and the bytes that they can run at all.
 *
 * The latter is the fractional knapsack (Dantzig 1957): elements with most bytes for their run time
 * first, the last one in part. It bounds devices without a memory limit.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import type { DeviceStates } from "./device-states.ts";

/** Bytes that the devices not used in each state can hold together below a threshold. */
export function capacityLeftBytes(
  problem: SplitProblem,
  { states, used }: DeviceStates,
  upperUs: number,
): Float64Array {
  const { types, memoryBytes } = problem;
  const held = types.map((_, type) => mostBytesHeld(problem, type, upperUs));
  const slack = 1e-9 * memoryBytes.reduce((sum, bytes) => sum + bytes, 0);
  return Float64Array.from({ length: states }, (_, state) =>
    types.reduce(
      (sum, { devices }, type) => sum + held[type][devices.length - used[state * types.length + type]],
      slack,
    ),
  );
}

/** For 0, 1, 2, ... devices of a type, none of them busy for longer than `us`. */
function mostBytesHeld(
  { timeUs, memoryBytes, types, elements }: SplitProblem,
  type: number,
  us: number,
): Float64Array {
  const { devices, memoryBytes: limitBytes } = types[type];
  const time = (v: number) => timeUs[v * types.length + type];
  const order = Array.from({ length: elements.count }, (_, v) => v)
    .filter((v) => time(v) <= us && time(v) !== Number.POSITIVE_INFINITY && memoryBytes[v] > 0)
    .sort((a, b) => time(a) * memoryBytes[b] - time(b) * memoryBytes[a]);
  const most = new Float64Array(devices.length + 1);
  for (let count = 1; count <= devices.length; count++) {
    let leftUs = count * us;
    let bytes = 0;
    for (const v of order) {
      const part = time(v) <= leftUs ? 1 : leftUs / time(v);
      bytes += part * memoryBytes[v];
      if (part < 1) break;
      leftUs -= time(v);
    }
    most[count] = Math.min(bytes, count * limitBytes);
  }
  return most;
}
