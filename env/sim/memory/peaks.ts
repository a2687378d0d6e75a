/**
 * Peak memory of plans, for both ways of counting it, and whether every device fits. Evaluators and
 * timelines use this file.
 */
import type { Compiled } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";
import type { Violation } from "../evaluator/contract.ts";
import type { Peaks } from "./memory.ts";
import { outputPeaks } from "./output-memory.ts";
import { createFitsSurely, type FitsSurely } from "./peak-limits.ts";
import { createPeakSlices } from "./peak-slices.ts";

export interface PeakMeter {
  /** Needs no run. */
  readonly fitsSurely: FitsSurely;
  /** The peaks of a run. */
  peaks(times: RunTimes, device: Int32Array): Peaks;
  /** The device of a run that is furthest over its memory, or null where every device fits. */
  violation(times: RunTimes, device: Int32Array): Violation | null;
}

export function createPeakMeter(compiled: Compiled): PeakMeter {
  const { fidelity, deviceCount, scenario } = compiled;
  if (fidelity.memory === "outputs-only")
    return {
      fitsSurely: () => true,
      peaks: (times, device) => outputPeaks(compiled, times, device),
      violation: () => null,
    };
  const memoryBytes = scenario.cluster.devices.map((device) => device.memoryBytes);
  const fitsSurely = createFitsSurely(compiled);
  const peaksAbove = createPeakSlices(compiled);
  const none = new Float64Array(deviceCount);
  return {
    fitsSurely,
    peaks: (times, device) => peaksAbove(none, times, device),
    violation: (times, device) =>
      fitsSurely(device) ? null : memoryViolation(compiled, peaksAbove(memoryBytes, times, device)),
  };
}

/** The device furthest over its memory, or null where every device fits. */
export function memoryViolation(
  { scenario, fidelity }: Pick<Compiled, "scenario" | "fidelity">,
  peaks: Peaks,
): Violation | null {
  if (fidelity.memory === "outputs-only") return null;
  let worst: Violation | null = null;
  scenario.cluster.devices.forEach(({ memoryBytes: limitBytes }, device) => {
    const peakBytes = peaks.bytes[device];
    const excessBytes = peakBytes - limitBytes;
    if (excessBytes > (worst?.excessBytes ?? 0))
      worst = { device, peakBytes, limitBytes, excessBytes, op: peaks.op[device] };
  });
  return worst;
}
