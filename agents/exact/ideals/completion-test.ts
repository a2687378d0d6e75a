/**
 * Can the devices that are left take what is left below the threshold? Necessary conditions on the
 * work, on the elements that no device left can run, and on the bytes.
 *
 * The work must be within the capacity of the state's window (work-windows.ts), the bytes within
 * what the devices can hold (capacity-bytes.ts). Both hold for every completion, so a label that
 * fails leads to no split below the threshold.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { capacityLeftBytes } from "./capacity-bytes.ts";
import type { GrowingSet } from "./growing-set.ts";
import type { WorkWindows } from "./work-windows.ts";

/** Weight of the share of all work that is done, in the order of promise. */
const DEPTH_WEIGHT = 0.1;

export class CompletionTest {
  readonly #set: GrowingSet;
  readonly #windowCount: number;
  readonly #windowOf: Int32Array;
  readonly #capacity: Float64Array;
  readonly #capacityBytes: Float64Array;
  /** Differences of sums below this are rounding, per window. */
  readonly #slack: Float64Array;
  readonly #startUpperUs: number;
  readonly #totalWork: number;

  constructor(problem: SplitProblem, windows: WorkWindows, set: GrowingSet, upperUs: number) {
    this.#set = set;
    this.#windowCount = windows.count;
    this.#windowOf = windows.windowOf;
    this.#capacity = windows.capacity;
    this.#capacityBytes = capacityLeftBytes(problem, windows, upperUs);
    this.#slack = Float64Array.from(
      { length: windows.count },
      (_, window) => 1e-9 * totalOf(windows, window),
    );
    this.#startUpperUs = upperUs;
    this.#totalWork = totalOf(windows, windows.count - 1);
  }

  /** False where the devices not used in a state cannot take what is left at a depth. */
  mayFinish(state: number, depth: number, upperUs: number): boolean {
    const set = this.#set;
    const window = this.#windowOf[state];
    const at = depth * this.#windowCount + window;
    if (set.leftBytes[depth] > this.#capacityBytes[state] || set.leftBeyond[at] > 0) return false;
    const capacity = this.#capacity[state];
    // Without capacity the product with an infinite threshold would be no number.
    if (capacity === 0) return set.leftWork[at] <= this.#slack[window];
    return set.leftWork[at] <= capacity * upperUs + this.#slack[window];
  }

  /**
   * A key for the order of promise, lower first. It is the least share of the time below the
   * threshold that the work left needs, less a little for depth.
   */
  promise(state: number, depth: number): number {
    const { leftWork } = this.#set;
    const windowCount = this.#windowCount;
    const roomUs = this.#capacity[state] * this.#startUpperUs;
    const share = roomUs === 0 ? 0 : leftWork[depth * windowCount + this.#windowOf[state]] / roomUs;
    return share - DEPTH_WEIGHT * (1 - leftWork[depth * windowCount + windowCount - 1] / this.#totalWork);
  }
}

function totalOf({ workOf, count }: WorkWindows, window: number): number {
  let total = 0;
  for (let i = window; i < workOf.length; i += count) total += workOf[i];
  return total;
}
