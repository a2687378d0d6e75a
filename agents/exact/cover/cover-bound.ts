/**
 * A lower bound on max load, contiguous or not, from the sets that a device can hold. It is the bin
 * packing bound of Gilmore and Gomory (1961) with transfers counted.
 *
 * Take prices y on the elements. Let `A(T)` be the largest price of a set whose load on an
 * accelerator is at most T, transfers included. Let `C(T)` be the largest price that a CPU can run
 * within `T`. A plan of max load T divides all elements among its devices, so
 *
 *   y(all elements) <= accelerators x A(T) + CPUs x C(T).
 *
 * Every T for which this fails is refuted, and so are all smaller ones. An upper bound on `A(T)`
 * comes from the sets of device-sets.ts. `C(T)` comes from the fractional knapsack. Memory is left
 * out, which only enlarges A.
 *
 * Prices start as run times, which without transfers gives the work bound. Exponentiated
 * subgradients improve them: the price of what the best sets hold too often falls, the price of
 * what they leave out rises. Elements that look alike (alike-elements.ts) share their steps most of
 * the time, because twelve equal layers need not learn the same twelve times. The steps that are
 * left go into a second try without sharing. Any prices prove their bound, but how good it is
 * cannot be guaranteed.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { alikeElements } from "./alike-elements.ts";
import { deviceSets } from "./device-sets.ts";
import { PriceOracle, ROUNDING } from "./price-oracle.ts";

export interface CoverLimits {
  /** Nodes of the graph of sets. A wider network gets no such bound. */
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

const STEPS_PER_TARGET = 80;
const STEPS_WITHOUT_GAIN = 12;
/** Answers start rough and get finer from target to target. */
const FIRST_ENTRIES = 16;
const MORE_ENTRIES = 1.5;
/** Up to how many nets away two elements must look alike to share their steps. */
const NETS_AWAY = 3;
/** After missed targets, every so many-th target is tried without sharing. */
const TURNS = 3;
const FIRST_RATE = 0.1;
const LAST_RATE = 0.008;
/** Weight of the earlier steps in the direction of a step. */
const MOMENTUM = 0.6;
/** The search ends where target and bound are this close. */
const CLOSE = 1e-4;
/** Where the bound is within this share of the plan, the plan itself is the next target. */
const NEAR = 0.02;

type Steps<R> = Generator<void, R, boolean | undefined>;

/**
 * Yields after every step and ends early where the caller answers `true`. Null where the network is
 * too wide.
 */
export function* coverBound(
  problem: SplitProblem,
  order: Int32Array,
  options: CoverOptions,
): Steps<number | null> {
  const { upperUs, limits } = options;
  const sets = deviceSets(problem, order, { upperUs, mostNodes: limits.nodes });
  if (sets === null) return null;
  return yield* new PriceSearch(problem, new PriceOracle(problem, sets), options).run();
}

/** Looks for prices that refute one target after another. */
class PriceSearch {
  readonly #problem: SplitProblem;
  readonly #oracle: PriceOracle;
  readonly #options: CoverOptions;
  readonly #looks: Int32Array;
  #prices: Float64Array;
  #targetUs: number;
  #provenUs: number;
  #steps = 0;
  #isEnded = false;

  constructor(problem: SplitProblem, oracle: PriceOracle, options: CoverOptions) {
    this.#problem = problem;
    this.#oracle = oracle;
    this.#options = options;
    this.#looks = alikeElements(problem, NETS_AWAY);
    this.#prices = firstPrices(problem);
    this.#targetUs = options.upperUs;
    this.#provenUs = options.lowerUs;
  }

  *run(): Steps<number> {
    yield* this.#followTargets(true);
    if (!this.#isEnded) yield* this.#followTargets(false);
    return this.#provenUs * (1 - ROUNDING);
  }

  /** From the first prices on. After a refuted target the next one is higher, else it is lower. */
  *#followTargets(sharing: boolean): Steps<void> {
    const { upperUs, limits } = this.#options;
    let misses = 0;
    let entries = sharing ? Math.min(limits.entries, FIRST_ENTRIES) : limits.entries;
    this.#prices = firstPrices(this.#problem);
    this.#targetUs = upperUs;
    while (this.#targetUs > this.#provenUs * (1 + CLOSE)) {
      yield* this.#improve(entries, sharing && misses % TURNS < TURNS - 1);
      if (this.#isEnded) return;
      entries = Math.min(limits.entries, Math.ceil(entries * MORE_ENTRIES));
      const isRefuted = this.#isRefuted();
      if (!isRefuted) misses++;
      if (isRefuted && this.#targetUs === upperUs) this.#isEnded = true;
      if (this.#isEnded) return;
      const provenUs = this.#provenUs;
      if (isRefuted && upperUs < provenUs * (1 + NEAR)) this.#targetUs = upperUs;
      else this.#targetUs = provenUs + ((isRefuted ? upperUs : this.#targetUs) - provenUs) / 2;
    }
  }

  #isRefuted(): boolean {
    return this.#provenUs >= this.#targetUs * (1 - ROUNDING);
  }

  /** Improves the prices by steps until the target is refuted or the steps get too small. */
  *#improve(entries: number, sharing: boolean): Steps<void> {
    let rate = FIRST_RATE;
    let bestShare = Number.NEGATIVE_INFINITY;
    let prices = this.#prices;
    let failures = 0;
    const direction = new Float64Array(prices.length);
    for (let step = 0; step < STEPS_PER_TARGET && rate > LAST_RATE; step++) {
      this.#isEnded = this.#isAtLimit() || (yield) === true;
      if (this.#isEnded) return;
      const answer = this.#oracle.ask(prices, this.#targetUs, entries);
      this.#provenUs = Math.max(this.#provenUs, answer.provenUs);
      if (this.#isRefuted()) return;
      if (answer.share > bestShare) {
        bestShare = answer.share;
        this.#prices = prices;
        failures = 0;
      } else if (++failures > STEPS_WITHOUT_GAIN) {
        rate /= 2;
        failures = 0;
        prices = this.#prices;
        direction.fill(0);
        continue;
      }
      const held = sharing ? averaged(answer.held, this.#looks) : answer.held;
      prices = stepped(prices, held, direction, rate);
    }
  }

  #isAtLimit(): boolean {
    const { work, steps } = this.#options.limits;
    return this.#oracle.work > work || ++this.#steps > steps;
  }
}

/** The least run time of each element, and a little for elements without any. */
function firstPrices({ timeUs, types, elements }: SplitProblem): Float64Array {
  const prices = Float64Array.from({ length: elements.count }, (_, v) =>
    timeUs
      .subarray(v * types.length, (v + 1) * types.length)
      .reduce((least, us) => Math.min(least, us), Number.POSITIVE_INFINITY),
  );
  const mean = prices.reduce((sum, price) => sum + price, 0) / Math.max(1, elements.count);
  return prices.map((price) => price + 1e-3 * (mean > 0 ? mean : 1));
}

/** Prices of sum 1, after one step. `direction` is the momentum of the steps before. */
function stepped(
  prices: Float64Array,
  held: Float64Array,
  direction: Float64Array,
  rate: number,
): Float64Array {
  const next = prices.map((price, v) => {
    direction[v] = MOMENTUM * direction[v] + (1 - MOMENTUM) * (1 - held[v]);
    return price * Math.exp(rate * Math.max(-2, Math.min(2, direction[v])));
  });
  const sum = next.reduce((total, price) => total + price, 0);
  return next.map((price) => Math.max(price / sum, 1e-7 / next.length));
}

/** How often the elements that look like each element are held on average. */
function averaged(held: Float64Array, looks: Int32Array): Float64Array {
  const sum = new Float64Array(held.length);
  const count = new Int32Array(held.length);
  for (let v = 0; v < held.length; v++) {
    sum[looks[v]] += held[v];
    count[looks[v]]++;
  }
  return held.map((_, v) => sum[looks[v]] / count[looks[v]]);
}
