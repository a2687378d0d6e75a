/**
 * What each device holds of an assignment of elements, and whether one more element fits. Sums are
 * added to and subtracted from; `mark` and `rewind` keep rounding errors out of undone moves.
 */
import type { DeviceTimes } from "../../problems/split/element-times.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";

export class DeviceMemory {
  private readonly memoryBytes: Float64Array;
  private readonly deviceCount: number;
  private readonly timeUs: Float64Array;
  private readonly limitBytes: Float64Array;
  private readonly heldBytes: Float64Array;
  private readonly markedBytes: Float64Array;

  constructor({ memoryBytes }: SplitProblem, { deviceCount, timeUs, limitBytes }: DeviceTimes) {
    this.memoryBytes = memoryBytes;
    this.deviceCount = deviceCount;
    this.timeUs = timeUs;
    this.limitBytes = limitBytes;
    this.heldBytes = new Float64Array(deviceCount);
    this.markedBytes = new Float64Array(deviceCount);
  }

  /** True if the device can run the element and has memory for it. */
  fits(v: number, device: number): boolean {
    return this.runs(v, device) && this.heldBytes[device] + this.memoryBytes[v] <= this.limitBytes[device];
  }

  /** True if it would have memory for it after `leaving` left. */
  fitsWithout(v: number, device: number, leaving: number): boolean {
    const keptBytes = this.heldBytes[device] - this.memoryBytes[leaving];
    return this.runs(v, device) && keptBytes + this.memoryBytes[v] <= this.limitBytes[device];
  }

  private runs(v: number, device: number): boolean {
    return this.timeUs[v * this.deviceCount + device] !== Number.POSITIVE_INFINITY;
  }

  clear(): void {
    this.heldBytes.fill(0);
  }

  add(v: number, device: number): void {
    this.heldBytes[device] += this.memoryBytes[v];
  }

  move(v: number, from: number, to: number): void {
    this.heldBytes[from] -= this.memoryBytes[v];
    this.heldBytes[to] += this.memoryBytes[v];
  }

  mark(): void {
    this.markedBytes.set(this.heldBytes);
  }

  rewind(): void {
    this.heldBytes.set(this.markedBytes);
  }
}
