/**
 * The oracle of the cover bound. For prices on the elements it finds the largest price that each
 * device can take at a load, and what these prices prove. Accelerators come from best-of-loads.ts,
 * CPUs from the fractional knapsack.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type BestOfLoads, bestOfLoads } from "./best-of-loads.ts";
import type { DeviceSets } from "./device-sets.ts";

/** Sums in another order differ in their last digits: a bound must not exceed a value for that. */
export const ROUNDING = 1e-9;
const HALVINGS = 48;

export interface PriceAnswer {
  /** The largest T that the prices refute. */
  readonly provenUs: number;
  /** Price left over at the target, as a share of all: above 0 the target is refuted. */
  readonly share: number;
  /** How often the best answers of all devices hold each element at the target. */
  readonly held: Float64Array;
}

export class PriceOracle {
  readonly #problem: SplitProblem;
  readonly #sets: DeviceSets;
  readonly #accelerators: readonly number[];
  readonly #cpus: readonly number[];
  #work = 0;

  constructor(problem: SplitProblem, sets: DeviceSets) {
    const types = [...problem.types.keys()];
    this.#problem = problem;
    this.#sets = sets;
    this.#accelerators = types.filter((t) => problem.types[t].paysTransfers);
    this.#cpus = types.filter((t) => !problem.types[t].paysTransfers);
  }

  /** Entries made so far. */
  get work(): number {
    return this.#work;
  }

  ask(prices: Float64Array, targetUs: number, entries: number): PriceAnswer {
    const total = prices.reduce((sum, price) => sum + price, 0);
    const knapsacks = this.#cpus.map((t) => knapsack(this.#problem, t, prices));
    const cpusTake = (us: number): number =>
      this.#cpus.reduce((sum, t, i) => sum + this.#countOf(t) * knapsacks[i](us, null), 0);
    const floor = this.#floor(total * (1 - 2 * ROUNDING) - cpusTake(targetUs));
    const limits = { upperUs: targetUs, floor, most: entries };
    const best = this.#accelerators.map((t) => bestOfLoads(this.#sets, t, prices, limits));
    for (const list of best) this.#work += list.work;
    const devicesTake = (us: number): number => {
      let sum = cpusTake(us);
      for (const [i, t] of this.#accelerators.entries()) {
        const entry = entryAt(best[i], us);
        sum += this.#countOf(t) * (entry === -1 ? floor : best[i].price[entry]);
      }
      return sum;
    };
    return {
      provenUs: largestRefuted(targetUs, (us) => devicesTake(us) < total * (1 - ROUNDING)),
      share: (total - devicesTake(targetUs)) / total,
      held: this.#heldAt(targetUs, best, knapsacks),
    };
  }

  #countOf(t: number): number {
    return this.#problem.types[t].devices.length;
  }

  /** With one type of accelerator only sets matter that take more than their part of the rest. */
  #floor(leftByCpus: number): number {
    if (this.#accelerators.length !== 1) return Number.NEGATIVE_INFINITY;
    return leftByCpus / this.#countOf(this.#accelerators[0]);
  }

  #heldAt(us: number, best: readonly BestOfLoads[], knapsacks: readonly Knapsack[]): Float64Array {
    const held = new Float64Array(this.#problem.elements.count);
    for (const [i, t] of this.#accelerators.entries()) {
      if (best[i].count === 0) continue;
      const set = best[i].setOf(entryAt(best[i], us));
      for (let v = 0; v < held.length; v++) held[v] += this.#countOf(t) * set[v];
    }
    for (const [i, t] of this.#cpus.entries()) {
      const share = new Float64Array(held.length);
      knapsacks[i](us, share);
      for (let v = 0; v < held.length; v++) held[v] += this.#countOf(t) * share[v];
    }
    return held;
  }
}

/** By halving, from below; 0 where nothing is refuted. */
function largestRefuted(targetUs: number, isRefuted: (us: number) => boolean): number {
  if (isRefuted(targetUs)) return targetUs;
  let low = 0;
  let high = targetUs;
  for (let halving = 0; halving < HALVINGS && low < targetUs; halving++) {
    const us = (low + high) / 2;
    if (isRefuted(us)) low = us;
    else high = us;
  }
  return low;
}

/** The largest price that fits a time; `share` receives the part of each element, if given. */
type Knapsack = (us: number, share: Float64Array | null) => number;

/** The last entry of at most that load, -1 where no entry is above the floor. */
function entryAt({ loadUs, count }: BestOfLoads, us: number): number {
  if (count === 0 || loadUs[0] > us) return -1;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (loadUs[middle] <= us) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** On a device without transfers, in fractions of elements that fit whole. */
function knapsack({ timeUs, types, elements }: SplitProblem, t: number, prices: Float64Array): Knapsack {
  const time = (v: number) => timeUs[v * types.length + t];
  const order = Array.from({ length: elements.count }, (_, v) => v)
    .filter((v) => time(v) !== Number.POSITIVE_INFINITY)
    .sort((a, b) => time(a) * prices[b] - time(b) * prices[a]);
  return (us, share) => {
    let left = us;
    let sum = 0;
    for (const v of order) {
      if (time(v) > us) continue;
      const part = time(v) <= left ? 1 : left / time(v);
      sum += part * prices[v];
      if (share !== null) share[v] = part;
      left -= part * time(v);
      if (part < 1) break;
    }
    return sum;
  };
}
