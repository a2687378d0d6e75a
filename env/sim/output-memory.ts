/**
 * Peak memory as the published Placeto simulator counts it, after the run: an op holds all its outputs on its own device
 * from its start until one microsecond before its last consumer's end, both truncated to whole microseconds. At equal times
 * all allocations come before all frees. No weights, no received copies, no limit.
 */
import type { Compiled } from "./compile.ts";

/** Peak bytes of each device, shape [deviceCount]. */
export function outputPeakBytes(compiled: Compiled, device: Int32Array, startUs: Float64Array): Float64Array {
  const { opCount, deviceCount, depStart, depConsumer, runUs, outputBytes } = compiled;
  const changes: { readonly timeUs: number; readonly bytes: number; readonly device: number }[] = [];
  for (let v = 0; v < opCount; v++) {
    const bytes = outputBytes[v];
    if (bytes === 0) continue;
    let freedUs = startUs[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const c = depConsumer[i];
      const endUs = Math.trunc(startUs[c]) + Math.trunc(runUs[c * deviceCount + device[c]]) - 1;
      if (endUs > freedUs) freedUs = endUs;
    }
    changes.push({ timeUs: startUs[v], bytes, device: device[v] });
    changes.push({ timeUs: freedUs, bytes: -bytes, device: device[v] });
  }
  changes.sort((a, b) => a.timeUs - b.timeUs || Math.sign(b.bytes) - Math.sign(a.bytes));
  const live = new Float64Array(deviceCount);
  const peak = new Float64Array(deviceCount);
  for (const change of changes) {
    live[change.device] += change.bytes;
    if (live[change.device] > peak[change.device]) peak[change.device] = live[change.device];
  }
  return peak;
}
