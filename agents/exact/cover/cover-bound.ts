/**
 * A lower bound on max load, contiguous or not, by what devices can hold at all: the bin packing
 * bound of Gilmore and Gomory (1961) with transfers counted. For prices y on the elements let A(T)
 * be the largest price of any set whose load on an accelerator, transfers included, is at most T,
 * and C(T) the largest a CPU can do in T. A plan of max load T deals all elements out to its
 * devices, so
 *
 *   y(all elements) <= accelerators x A(T) + CPUs x C(T),
 *
 * and every T for which this fails is refuted, with all smaller ones. A(T) comes from the sets of
 * device-sets.ts, from above; C(T) from the fractional knapsack. Memory is left out, which only
 * enlarges A.
 *
 * Prices start as run times (where transfers are nothing that is the work bound) and are improved
 * by exponentiated subgradients: what the best sets hold too often gets cheaper, what they leave
 * out dearer. Elements that look alike (alike-elements.ts) share what is learned of them, most of
 * the time: twelve equal layers need not learn the same twelve times. What work is left goes into a
 * second try without that. Any prices prove their bound; how good they are is luck.
 */

import type { SplitProblem } from "../../problems/split-problem.ts";
import { alikeElements } from "./alike-elements.ts";
import { type BestOfLoads, bestOfLoads, type DeviceSets, deviceSets } from "./device-sets.ts";

export interface CoverLimits {
  /** Nodes of the graph of sets; a wider network gets no such bound. */
  readonly nodes: number;
  /** Entries that a node keeps in the finest answers. */
  readonly entries: number;
  /** Steps of improvement. */
  readonly steps: number;
  /** Entries over all steps. */
  readonly work: number;
}

export interface CoverOptions {
  /** Max load of a known plan. */
  readonly upperUs: number;
  /** A bound that is known already. */
  readonly lowerUs: number;
  readonly limits: CoverLimits;
}

/** Sums in another order differ in their last digits: a bound must not exceed a value for that. */
const ROUNDING = 1e-9;
const STEPS_PER_TARGET = 80;
const STEPS_WITHOUT_GAIN = 12;
/** Answers start rough and get finer from target to target. */
const FIRST_ENTRIES = 16;
const MORE_ENTRIES = 1.5;
/** How far elements have to look alike for what is learned of one to be told of the others. */
const NETS_AWAY = 3;
/**
 * After targets that were missed, every so manyth is tried with what is learned of each element
 * alone.
 */
const TURNS = 3;
const FIRST_RATE = 0.1;
const LAST_RATE = 0.008;
const MEMORY_OF_DIRECTION = 0.6;
/** Ends where target and bound are this close. */
const CLOSE = 1e-4;
/** Where the bound is within this share of the plan, the plan itself is the next target. */
const NEAR = 0.02;

/**
 * Yields after every step and ends early where the caller answers `true`; null where the network is
 * too wide.
 */
export function* coverBound(
  problem: SplitProblem,
  order: Int32Array,
  { upperUs, lowerUs, limits }: CoverOptions,
): Generator<void, number | null, boolean | undefined> {
  const sets = deviceSets(problem, order, { upperUs, mostNodes: limits.nodes });
  if (sets === null) return null;
  const oracle = createOracle(problem, sets);
  const looks = alikeElements(problem, NETS_AWAY);
  let provenUs = lowerUs;
  let steps = 0;
  for (const sharing of [true, false]) {
    let prices = firstPrices(problem);
    let targetUs = upperUs;
    let misses = 0;
    let entries = sharing ? Math.min(limits.entries, FIRST_ENTRIES) : limits.entries;
    while (targetUs > provenUs * (1 + CLOSE)) {
      let rate = FIRST_RATE;
      let bestShare = Number.NEGATIVE_INFINITY;
      let bestPrices = prices;
      let failures = 0;
      const direction = new Float64Array(prices.length);
      for (let step = 0; step < STEPS_PER_TARGET && rate > LAST_RATE; step++) {
        if (oracle.work > limits.work || ++steps > limits.steps || (yield)) return provenUs * (1 - ROUNDING);
        const answer = oracle.ask(prices, targetUs, entries);
        provenUs = Math.max(provenUs, answer.provenUs);
        if (provenUs >= targetUs * (1 - ROUNDING)) break;
        if (answer.share > bestShare) {
          bestShare = answer.share;
          bestPrices = prices;
          failures = 0;
        } else if (++failures > STEPS_WITHOUT_GAIN) {
          rate /= 2;
          failures = 0;
          prices = bestPrices;
          direction.fill(0);
          continue;
        }
        const held = sharing && misses % TURNS < TURNS - 1 ? averaged(answer.held, looks) : answer.held;
        prices = stepped(prices, held, direction, rate);
      }
      prices = bestPrices;
      entries = Math.min(limits.entries, Math.ceil(entries * MORE_ENTRIES));
      const isRefuted = provenUs >= targetUs * (1 - ROUNDING);
      if (!isRefuted) misses++;
      if (isRefuted && targetUs === upperUs) return provenUs * (1 - ROUNDING);
      if (isRefuted && upperUs < provenUs * (1 + NEAR)) targetUs = upperUs;
      else targetUs = provenUs + ((isRefuted ? upperUs : targetUs) - provenUs) / 2;
    }
  }
  return provenUs * (1 - ROUNDING);
}

interface Answer {
  /** The largest T that the prices refute. */
  readonly provenUs: number;
  /** Price left over at the target, as a share of all: above 0 the target is refuted. */
  readonly share: number;
  /** How often the best answers of all devices hold each element at the target. */
  readonly held: Float64Array;
}

function createOracle(problem: SplitProblem, sets: DeviceSets) {
  const { types, elements } = problem;
  const accelerators = [...types.keys()].filter((t) => types[t].paysTransfers);
  const cpus = [...types.keys()].filter((t) => !types[t].paysTransfers);
  let work = 0;
  return {
    get work() {
      return work;
    },
    ask(prices: Float64Array, targetUs: number, entries: number): Answer {
      const total = prices.reduce((sum, price) => sum + price, 0);
      const knapsacks = cpus.map((t) => knapsack(problem, t, prices));
      const cpusTake = (us: number): number =>
        cpus.reduce((sum, t, i) => sum + types[t].devices.length * knapsacks[i](us, null), 0);
      // With one type of accelerator only sets matter that take more than their part of what CPUs
      // leave.
      const floor =
        accelerators.length === 1
          ? (total * (1 - 2 * ROUNDING) - cpusTake(targetUs)) / types[accelerators[0]].devices.length
          : Number.NEGATIVE_INFINITY;
      const limit = { upperUs: targetUs, floor, most: entries };
      const best = accelerators.map((t) => bestOfLoads(sets, t, prices, limit));
      for (const list of best) work += list.work;
      const devicesTake = (us: number): number => {
        let sum = cpusTake(us);
        for (const [i, t] of accelerators.entries()) {
          const entry = entryAt(best[i], us);
          sum += types[t].devices.length * (entry === -1 ? floor : best[i].price[entry]);
        }
        return sum;
      };
      let low = 0;
      let high = targetUs;
      if (devicesTake(targetUs) < total * (1 - ROUNDING)) low = targetUs;
      for (let halving = 0; halving < 48 && low < targetUs; halving++) {
        const us = (low + high) / 2;
        if (devicesTake(us) < total * (1 - ROUNDING)) low = us;
        else high = us;
      }
      const held = new Float64Array(elements.count);
      for (const [i, t] of accelerators.entries()) {
        if (best[i].count === 0) continue;
        const set = best[i].setOf(entryAt(best[i], targetUs));
        for (let v = 0; v < held.length; v++) held[v] += types[t].devices.length * set[v];
      }
      for (const [i, t] of cpus.entries()) {
        const share = new Float64Array(elements.count);
        knapsacks[i](targetUs, share);
        for (let v = 0; v < held.length; v++) held[v] += types[t].devices.length * share[v];
      }
      return { provenUs: low, share: (total - devicesTake(targetUs)) / total, held };
    },
  };
}

/** The last entry of at most that load, -1 where there is none: none is above the floor. */
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

/**
 * The largest price that fits a time on a device without transfers, in fractions of elements that
 * fit whole.
 */
function knapsack({ timeUs, types, elements }: SplitProblem, t: number, prices: Float64Array) {
  const time = (v: number) => timeUs[v * types.length + t];
  const order = Array.from({ length: elements.count }, (_, v) => v)
    .filter((v) => time(v) !== Number.POSITIVE_INFINITY)
    .sort((a, b) => time(a) * prices[b] - time(b) * prices[a]);
  return (us: number, share: Float64Array | null): number => {
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

/** Run times where they are least, and a little for elements without any. */
function firstPrices({ timeUs, types, elements }: SplitProblem): Float64Array {
  const prices = Float64Array.from({ length: elements.count }, (_, v) =>
    timeUs
      .subarray(v * types.length, (v + 1) * types.length)
      .reduce((least, us) => Math.min(least, us), Number.POSITIVE_INFINITY),
  );
  const mean = prices.reduce((sum, price) => sum + price, 0) / Math.max(1, elements.count);
  return prices.map((price) => price + 1e-3 * (mean > 0 ? mean : 1));
}

/** Prices of sum 1, after one step; `direction` is what is remembered of the steps before. */
function stepped(
  prices: Float64Array,
  held: Float64Array,
  direction: Float64Array,
  rate: number,
): Float64Array {
  const next = prices.map((price, v) => {
    direction[v] = MEMORY_OF_DIRECTION * direction[v] + (1 - MEMORY_OF_DIRECTION) * (1 - held[v]);
    return price * Math.exp(rate * Math.max(-2, Math.min(2, direction[v])));
  });
  const sum = next.reduce((total, price) => total + price, 0);
  return next.map((price) => Math.max(price / sum, 1e-7 / next.length));
}

/** Of each element, how often the elements that look like it are held on average. */
function averaged(held: Float64Array, looks: Int32Array): Float64Array {
  const sum = new Float64Array(held.length);
  const count = new Int32Array(held.length);
  for (let v = 0; v < held.length; v++) {
    sum[looks[v]] += held[v];
    count[looks[v]]++;
  }
  return held.map((_, v) => sum[looks[v]] / count[looks[v]]);
}
