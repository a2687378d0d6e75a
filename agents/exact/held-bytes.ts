/**
 * How many bytes devices can hold together when none may be busy longer than a ceiling: their memory, or what they can run at all, whichever
 * is less. The latter is the fractional knapsack (Dantzig 1957): elements with most bytes for their run time first, the last one in
 * part. It is what bounds devices without a memory limit.
 */
import type { SplitProblem } from "./split-problem.ts";

/** Of 0, 1, 2, ... devices of a type, none busy for longer than `us`. */
export function mostBytesHeld(
  { timeUs, memoryBytes, types, elements }: SplitProblem,
  type: number,
  us: number,
): Float64Array {
  const { devices, memoryBytes: limitBytes } = types[type];
  const time = (v: number) => timeUs[v * types.length + type];
  const order = Array.from({ length: elements.count }, (_, v) => v)
    .filter((v) => time(v) <= us && memoryBytes[v] > 0)
    .sort((a, b) => time(a) * memoryBytes[b] - time(b) * memoryBytes[a]);
  const most = new Float64Array(devices.length + 1);
  for (let count = 1; count <= devices.length; count++) {
    let leftUs = count * us;
    let bytes = 0;
    for (const v of order) {
      const part = time(v) <= leftUs ? 1 : leftUs / time(v);
      bytes += part * memoryBytes[v];
      leftUs -= part * time(v);
      if (part < 1) break;
    }
    most[count] = Math.min(bytes, count * limitBytes);
  }
  return most;
}
