/**
 * The optimal choice for each layer of a stage of Piper, of any number of choices. It is a dynamic
 * program, layer by layer, over the pairs (bytes, time) that none other beats in both.
 *
 * A pair is left out where it cannot lead below the best solution known. The bound is Lagrange's,
 * with the price of a byte at which the relaxed problem just fits. The first solution known is the
 * greedy one of that price, so few pairs remain.
 */

import { bytesOf, type Knapsack } from "./knapsack.ts";
import type { PiperProblem } from "./problem.ts";
import type { StageItems } from "./stage-items.ts";

/** Share of the value by which sums in another order may differ. */
const ROUNDING = 1e-12;

interface Pair {
  readonly bytes: number;
  readonly time: number;
  readonly option: number;
  readonly before: Pair | null;
}

export class ExactKnapsack implements Knapsack {
  readonly picked: Int32Array;
  bound = 0;

  constructor({ count }: PiperProblem) {
    this.picked = new Int32Array(count);
  }

  solve(items: StageItems, inFlight: number): number {
    const { count, fastest, start } = items;
    const { memoryBytes } = items.problem;
    let bytes = 0;
    let leastBytes = 0;
    for (let i = 0; i < count; i++) {
      this.picked[i] = fastest[i];
      bytes += bytesOf(items, fastest[i], inFlight);
      let least = Number.POSITIVE_INFINITY;
      for (let o = start[i]; o < start[i + 1]; o++) least = Math.min(least, bytesOf(items, o, inFlight));
      leastBytes += least;
    }
    if (bytes <= memoryBytes) this.bound = items.fastestTime;
    else if (leastBytes > memoryBytes) this.bound = Number.POSITIVE_INFINITY;
    else this.bound = this.#search(items, inFlight);
    return this.bound;
  }

  #search(items: StageItems, inFlight: number): number {
    const { count, start, time } = items;
    const { memoryBytes } = items.problem;
    const { price, upper } = pricedStart(items, inFlight);
    // Of the layers from i on: least of time + price x bytes, and least bytes.
    const priced = new Float64Array(count + 1);
    const least = new Float64Array(count + 1);
    for (let i = count - 1; i >= 0; i--) {
      let [cost, bytes] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let o = start[i]; o < start[i + 1]; o++) {
        const own = bytesOf(items, o, inFlight);
        cost = Math.min(cost, time[o] + price * own);
        bytes = Math.min(bytes, own);
      }
      priced[i] = priced[i + 1] + cost;
      least[i] = least[i + 1] + bytes;
    }
    const limit = upper * (1 + ROUNDING);
    const mostBytes = memoryBytes * (1 + ROUNDING);
    let pairs: Pair[] = [{ bytes: 0, time: 0, option: -1, before: null }];
    for (let i = 0; i < count; i++) {
      const next: Pair[] = [];
      for (const before of pairs)
        for (let o = start[i]; o < start[i + 1]; o++) {
          const bytes = before.bytes + bytesOf(items, o, inFlight);
          const spent = before.time + time[o];
          if (bytes + least[i + 1] > mostBytes) continue;
          if (spent + priced[i + 1] - price * (mostBytes - bytes) > limit) continue;
          next.push({ bytes, time: spent, option: o, before });
        }
      pairs = undominated(next);
    }
    // Ascending in bytes, so descending in time.
    const best = pairs.findLast(({ bytes }) => bytes <= memoryBytes);
    if (best === undefined) return Number.POSITIVE_INFINITY;
    for (let pair: Pair = best, i = count - 1; i >= 0; pair = pair.before!, i--) this.picked[i] = pair.option;
    return best.time;
  }
}

function undominated(pairs: Pair[]): Pair[] {
  pairs.sort((a, b) => a.bytes - b.bytes || a.time - b.time);
  let fastest = Number.POSITIVE_INFINITY;
  return pairs.filter(({ time }) => {
    if (time >= fastest) return false;
    fastest = time;
    return true;
  });
}

/**
 * The price of a byte at which the relaxed problem just fits, and the time of a solution that fits.
 * It takes swaps along each layer's lower convex hull, cheapest first.
 */
function pricedStart(items: StageItems, inFlight: number): { price: number; upper: number } {
  const { count, fastest, time } = items;
  let excess = -items.problem.memoryBytes;
  const swaps: { readonly rate: number; readonly saved: number; readonly lost: number }[] = [];
  for (let i = 0; i < count; i++) {
    let bytes = bytesOf(items, fastest[i], inFlight);
    excess += bytes;
    for (let at = fastest[i]; ; ) {
      const next = nextOnHull(items, inFlight, i, at);
      if (next === -1) break;
      const own = bytesOf(items, next, inFlight);
      const lost = time[next] - time[at];
      swaps.push({ rate: lost / (bytes - own), saved: bytes - own, lost });
      [at, bytes] = [next, own];
    }
  }
  swaps.sort((a, b) => a.rate - b.rate);
  let upper = items.fastestTime;
  let price = 0;
  for (const { rate, saved, lost } of swaps) {
    if (excess <= 0) break;
    price = rate;
    excess -= saved;
    upper += lost;
  }
  return { price, upper };
}

/** The option of fewer bytes that loses least time for each byte; the smaller of two alike. */
function nextOnHull(items: StageItems, inFlight: number, layer: number, from: number): number {
  const { start, time } = items;
  const bytes = bytesOf(items, from, inFlight);
  let [best, rate] = [-1, Number.POSITIVE_INFINITY];
  for (let o = start[layer]; o < start[layer + 1]; o++) {
    const saved = bytes - bytesOf(items, o, inFlight);
    if (saved <= 0) continue;
    const own = (time[o] - time[from]) / saved;
    const isSmaller = best !== -1 && bytesOf(items, o, inFlight) < bytesOf(items, best, inFlight);
    if (own < rate || (own === rate && isSmaller)) [best, rate] = [o, own];
  }
  return best;
}
