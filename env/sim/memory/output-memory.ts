/**
 * Peak memory as the published Placeto simulator counts it, after the run. An op holds all its
 * outputs on its own device from its start until one microsecond before its last consumer's end.
 * Both times are truncated to whole microseconds. At equal times all allocations come before all
 * frees. There are no weights, no received copies and no limit.
 */
import type { Compiled } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";
import type { MemoryInterval, Peaks } from "./memory.ts";

export function outputPeaks(compiled: Compiled, times: Pick<RunTimes, "startUs">, device: Int32Array): Peaks {
  const intervals = outputIntervals(compiled, times, device);
  const changes = intervals
    .flatMap(({ bytes, op, fromUs, toUs }) => [
      { timeUs: fromUs, bytes, op },
      { timeUs: toUs, bytes: -bytes, op },
    ])
    .sort((a, b) => a.timeUs - b.timeUs || Math.sign(b.bytes) - Math.sign(a.bytes));
  const live = new Float64Array(compiled.deviceCount);
  const bytes = new Float64Array(compiled.deviceCount);
  const op = new Int32Array(compiled.deviceCount).fill(-1);
  for (const change of changes) {
    const d = device[change.op];
    live[d] += change.bytes;
    if (live[d] <= bytes[d]) continue;
    bytes[d] = live[d];
    op[d] = change.op;
  }
  return { bytes, op };
}

/** Outputs on their own device, op by op. These intervals hold their end too. */
export function outputIntervals(
  { opCount, deviceCount, depStart, depConsumer, runUs, outputBytes }: Compiled,
  { startUs }: Pick<RunTimes, "startUs">,
  device: Int32Array,
): MemoryInterval[] {
  const intervals: MemoryInterval[] = [];
  for (let v = 0; v < opCount; v++) {
    const bytes = outputBytes[v];
    if (bytes === 0) continue;
    let freedUs = startUs[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const c = depConsumer[i];
      const endUs = Math.trunc(startUs[c]) + Math.trunc(runUs[c * deviceCount + device[c]]) - 1;
      if (endUs > freedUs) freedUs = endUs;
    }
    intervals.push({
      part: "activations",
      device: device[v],
      bytes,
      op: v,
      fromUs: startUs[v],
      toUs: freedUs,
    });
  }
  return intervals;
}
