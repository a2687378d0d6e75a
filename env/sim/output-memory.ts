/**
 * Peak memory as the published Placeto simulator counts it, after the run: an op holds all its outputs on its own device
 * from its start until one microsecond before its last consumer's end, both truncated to whole microseconds. At equal times
 * all allocations come before all frees. No weights, no received copies, no limit.
 */
import type { Compiled } from "./compile.ts";
import type { Engine } from "./engine.ts";
import type { Peaks } from "./memory.ts";

export function outputPeaks(compiled: Compiled, { startUs }: Engine, device: Int32Array): Peaks {
  const { opCount, deviceCount, depStart, depConsumer, runUs, outputBytes } = compiled;
  const changes: { readonly timeUs: number; readonly bytes: number; readonly op: number }[] = [];
  for (let v = 0; v < opCount; v++) {
    const bytes = outputBytes[v];
    if (bytes === 0) continue;
    let freedUs = startUs[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const c = depConsumer[i];
      const endUs = Math.trunc(startUs[c]) + Math.trunc(runUs[c * deviceCount + device[c]]) - 1;
      if (endUs > freedUs) freedUs = endUs;
    }
    changes.push({ timeUs: startUs[v], bytes, op: v });
    changes.push({ timeUs: freedUs, bytes: -bytes, op: v });
  }
  changes.sort((a, b) => a.timeUs - b.timeUs || Math.sign(b.bytes) - Math.sign(a.bytes));
  const live = new Float64Array(deviceCount);
  const bytes = new Float64Array(deviceCount);
  const op = new Int32Array(deviceCount).fill(-1);
  for (const change of changes) {
    const d = device[change.op];
    live[d] += change.bytes;
    if (live[d] <= bytes[d]) continue;
    bytes[d] = live[d];
    op[d] = change.op;
  }
  return { bytes, op };
}
