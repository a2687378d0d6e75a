/**
 * DistIR's simulator: a clock for each device. In the order of the program all devices that hold a
 * value of an op first wait for each other, then take its time. So nothing overlaps on a device.
 *
 * Memory is counted by references. What is given stays; a value lives from its op to the last op
 * that uses it.
 */
import { type DistProgram, isInPlace } from "./program.ts";

export interface ProgramRun {
  /** The latest clock, us. */
  readonly latencyUs: number;
  /** The most bytes on each device at once. */
  readonly peakBytes: Float64Array;
}

/** What is allocated, or freed where negative. */
export type MemoryLog = (device: number, bytes: number) => void;

export function runProgram(
  { devices, values, ops, given }: DistProgram,
  log: MemoryLog = () => {},
): ProgramRun {
  const clock = new Float64Array(devices);
  const held = new Float64Array(devices);
  const peakBytes = new Float64Array(devices);
  const lastUse = new Int32Array(values.length).fill(-1);
  ops.forEach(({ inputs }, at) => {
    for (const value of inputs) lastUse[value] = at;
  });
  const change = (value: number, sign: 1 | -1): void => {
    const { device, bytes } = values[value];
    held[device] += sign * bytes;
    if (held[device] > peakBytes[device]) peakBytes[device] = held[device];
    log(device, sign * bytes);
  };
  const stays = new Uint8Array(values.length);
  for (const value of given) {
    stays[value] = 1;
    change(value, 1);
  }
  ops.forEach(({ kind, inputs, outputs, us }, at) => {
    let start = 0;
    for (const value of inputs) start = Math.max(start, clock[values[value].device]);
    for (const value of outputs) start = Math.max(start, clock[values[value].device]);
    for (const value of inputs) clock[values[value].device] = start + us;
    for (const value of outputs) clock[values[value].device] = start + us;
    const inPlace = isInPlace(kind);
    const first = inPlace ? outputs.length : 0;
    if (!inPlace) for (const value of outputs) change(value, 1);
    inputs.forEach((value, i) => {
      if (i < first || lastUse[value] !== at || stays[value] === 1 || inputs.indexOf(value) < i) return;
      change(value, -1);
    });
    for (const value of outputs) if (lastUse[value] === -1) change(value, -1);
  });
  return { latencyUs: clock.reduce((most, us) => Math.max(most, us), 0), peakBytes };
}
