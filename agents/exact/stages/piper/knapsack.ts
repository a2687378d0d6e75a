/**
 * The knapsack inside a stage of Piper: one choice for each layer, of least total time, whose bytes
 * fit. `GreedyKnapsack` is the heuristic of the released planner.
 *
 * It takes the fastest choice of every layer, and then swaps until the rest fits. Their order is
 * that of the time lost for each byte saved, ties by layer. The last swap may save more than is
 * needed; it is not exchanged for a smaller one. So it may miss the optimum, by less than the time
 * of the last swap.
 */
import { InputError } from "../../../../env/model/errors.ts";
import type { PiperProblem } from "./problem.ts";
import type { StageItems } from "./stage-items.ts";

export interface Knapsack {
  /** Option of each layer after a `solve` that found one. */
  readonly picked: Int32Array;
  /**
   * No choice is faster than this, at so many micro-batches in flight or more. Of the last `solve`.
   */
  readonly bound: number;
  /** Least time at so many micro-batches in flight; infinite where nothing fits. */
  solve(items: StageItems, inFlight: number): number;
}

export type KnapsackName = "greedy" | "exact";

/** The smallest number of bytes that counts, as released. */
const BYTE_EPSILON = 1e-9;

const MOST_GREEDY_CHOICES = 2;

export class GreedyKnapsack implements Knapsack {
  readonly picked: Int32Array;
  bound = 0;
  /** Swaps as a heap, least loss for each byte first: option, layer, loss, bytes saved. */
  readonly #option: Int32Array;
  readonly #layer: Int32Array;
  readonly #rate: Float64Array;
  readonly #saved: Float64Array;
  #size = 0;

  constructor(problem: PiperProblem) {
    const { count, degrees, choiceStart } = problem;
    for (let at = 0; at < degrees.length * count; at++)
      if (choiceStart[at + 1] - choiceStart[at] > MOST_GREEDY_CHOICES)
        throw new InputError(
          `Layer ${at % count} has more than ${MOST_GREEDY_CHOICES} choices at degree ${degrees[Math.floor(at / count)]}: the greedy knapsack takes at most so many, the exact one any number.`,
        );
    this.picked = new Int32Array(count);
    this.#option = new Int32Array(count);
    this.#layer = new Int32Array(count);
    this.#rate = new Float64Array(count);
    this.#saved = new Float64Array(count);
  }

  solve(items: StageItems, inFlight: number): number {
    const { count, fastest, time } = items;
    const { picked } = this;
    this.bound = items.fastestTime;
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      picked[i] = fastest[i];
      bytes += bytesOf(items, fastest[i], inFlight);
    }
    let excess = bytes - items.problem.memoryBytes;
    if (excess <= 0) return items.fastestTime;
    this.bound = Number.POSITIVE_INFINITY;
    if (!this.#collectSwaps(items, inFlight)) return Number.POSITIVE_INFINITY;
    let total = items.fastestTime;
    while (excess >= BYTE_EPSILON && this.#size > 0) {
      const swap = this.#popLeast();
      const [layer, option] = [this.#layer[swap], this.#option[swap]];
      this.bound = total + this.#rate[swap] * excess;
      total += time[option] - time[picked[layer]];
      excess -= this.#saved[swap];
      picked[layer] = option;
    }
    return total;
  }

  /** All swaps that save bytes; false where all together save too little. */
  #collectSwaps(items: StageItems, inFlight: number): boolean {
    const { count, fastest, start, time } = items;
    this.#size = 0;
    let leastBytes = 0;
    for (let i = 0; i < count; i++) {
      const before = bytesOf(items, fastest[i], inFlight);
      let least = before;
      for (let o = start[i]; o < start[i + 1]; o++) {
        const bytes = bytesOf(items, o, inFlight);
        const saved = before - bytes;
        least = Math.min(least, bytes);
        if (saved <= BYTE_EPSILON) continue;
        const at = this.#size++;
        this.#option[at] = o;
        this.#layer[at] = i;
        this.#saved[at] = saved;
        this.#rate[at] = (time[o] - time[fastest[i]]) / saved;
      }
      leastBytes += least;
    }
    if (leastBytes > items.problem.memoryBytes) return false;
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
    return true;
  }

  /** Moves the least swap behind the heap, and returns its place there. */
  #popLeast(): number {
    const last = --this.#size;
    this.#exchange(0, last);
    this.#sink(0);
    return last;
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2; child++)
        if (child < this.#size && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#exchange(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#rate[one], this.#rate[other]];
    return a < b || (a === b && this.#layer[one] < this.#layer[other]);
  }

  #exchange(one: number, other: number): void {
    for (const column of [this.#option, this.#layer, this.#rate, this.#saved]) {
      const held = column[one];
      column[one] = column[other];
      column[other] = held;
    }
  }
}

export const bytesOf = (items: StageItems, option: number, inFlight: number): number =>
  items.bytesInFlight[option] * inFlight + items.bytesFixed[option];
