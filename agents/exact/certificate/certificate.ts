/**
 * The certificate of the ideals program: a plain search for a contiguous split at or below a
 * threshold. It shares nothing with the program but the scenario. If it ends without a split, no
 * such split exists.
 *
 * The search works on the ops and edges of the graph itself. From the empty ideal it visits all
 * ideals that the devices can reach, by sets of units that one device can take. It prunes by two
 * rules only:
 *
 *   - a set whose run time alone exceeds the threshold, or whose weights exceed the memory, on
 *     every kind of device, since both only grow;
 *   - an ideal from which the devices left cannot finish even if units could be divided at will
 *     (states.ts), nor hold the weights left.
 *
 * There are no values, no upper bounds and no other order than by size. The load of a set is
 * counted from the definition (set.ts).
 *
 * That takes far more steps than the program, so there is a limit of steps. `null` means
 * that nothing was proven.
 */

import type { Scenario } from "../../../env/model/scenario.ts";
import { type CertificateProblem, certificateProblem } from "./problem.ts";
import { CountedSet } from "./set.ts";
import { type CertificateStates, certificateStates } from "./states.ts";

/**
 * Relative distance below the optimum to certify: sums in another order differ by less than this.
 */
export const CERTIFIED_TOLERANCE = 1e-9;

export interface Certificate {
  /**
   * True: no contiguous split is at or below the threshold. False: there is one. Null: the limit
   * came first.
   */
  readonly holds: boolean | null;
  readonly ideals: number;
  readonly steps: number;
}

interface Ideal {
  readonly bits: Int32Array;
  /** 1 for each state (devices of each kind in use) in which the ideal can be covered. */
  readonly covered: Uint8Array;
}

const PAUSE_EVERY = 500_000;

/**
 * Is nothing at or below `thresholdUs`? Pauses now and then; an answer of `true` to a pause ends
 * the search.
 */
export function certify(
  scenario: Scenario,
  thresholdUs: number,
  mostSteps: number,
): Generator<void, Certificate, boolean | undefined> {
  return new PlainSearch(certificateProblem(scenario), thresholdUs, mostSteps).run();
}

class PlainSearch {
  readonly #problem: CertificateProblem;
  readonly #thresholdUs: number;
  readonly #mostSteps: number;
  readonly #states: CertificateStates;
  readonly #set: CountedSet;
  readonly #bySize: Ideal[][];
  readonly #byKey = new Map<number, Ideal[]>();
  readonly #keyOf: Float64Array;
  /** Units that may follow, in the order in which they became ready. */
  readonly #ready: Int32Array;
  /** Direct predecessors of each unit outside of the ideal and the set. */
  readonly #missing: Int32Array;
  /** Of the set with so many units: its time on each kind, transfers, weights and key. */
  readonly #times: Float64Array;
  readonly #paidUs: Float64Array;
  readonly #bytes: Float64Array;
  readonly #keys: Float64Array;
  /** Least times of the units outside of the ideal and the set. */
  readonly #leftUs: Float64Array;
  #idealSize = 0;
  #openStates: readonly number[] = [];
  /** Weights of the units outside of the ideal. */
  #idealLeftBytes = 0;
  #steps = 0;
  #ideals = 0;
  #isFound = false;

  constructor(problem: CertificateProblem, thresholdUs: number, mostSteps: number) {
    const n = problem.units.count;
    this.#problem = problem;
    this.#thresholdUs = thresholdUs;
    this.#mostSteps = mostSteps;
    this.#states = certificateStates(problem, thresholdUs);
    this.#set = new CountedSet(problem);
    this.#bySize = Array.from({ length: n + 1 }, () => []);
    this.#keyOf = Float64Array.from({ length: n }, (_, unit) => key(unit));
    this.#ready = new Int32Array(n);
    this.#missing = new Int32Array(n);
    this.#times = new Float64Array((n + 1) * problem.kinds.length);
    this.#paidUs = new Float64Array(n + 1);
    this.#bytes = new Float64Array(n + 1);
    this.#keys = new Float64Array(n + 1);
    this.#leftUs = new Float64Array(n + 1);
  }

  *run(): Generator<void, Certificate, boolean | undefined> {
    this.#idealOf(0, 0).covered[0] = 1;
    let pausedAt = 0;
    for (let size = 0; size < this.#problem.units.count && !this.#isFound; size++) {
      for (const ideal of this.#bySize[size]) {
        this.#expand(ideal, size);
        if (this.#isFound) break;
        if (this.#steps > this.#mostSteps) return this.#answer(null);
        if (this.#steps - pausedAt <= PAUSE_EVERY) continue;
        pausedAt = this.#steps;
        if ((yield) === true) return this.#answer(null);
      }
      this.#bySize[size].length = 0;
    }
    return this.#answer(!this.#isFound);
  }

  #answer(holds: boolean | null): Certificate {
    return { holds, ideals: this.#ideals, steps: this.#steps };
  }

  /** Tries every set that one device could take on top of the ideal. */
  #expand(ideal: Ideal, size: number): void {
    const openStates: number[] = [];
    for (let state = 0; state < this.#states.count - 1; state++)
      if (ideal.covered[state]) openStates.push(state);
    if (openStates.length === 0) return;
    this.#openStates = openStates;
    this.#idealSize = size;
    this.#extend(0, this.#startFrom(ideal), 0);
  }

  /** The empty set on top of an ideal. Returns how many units are ready. */
  #startFrom(ideal: Ideal): number {
    const { units, leastUs, unitBytes } = this.#problem;
    const set = this.#set;
    set.bits.set(ideal.bits);
    let readyEnd = 0;
    let idealKey = 0;
    let leftUs = 0;
    let leftBytes = 0;
    for (let unit = 0; unit < units.count; unit++) {
      if (set.has(unit)) {
        idealKey = (idealKey + this.#keyOf[unit]) % KEYS;
        continue;
      }
      let missing = 0;
      for (const earlier of units.before[unit]) if (!set.has(earlier)) missing++;
      this.#missing[unit] = missing;
      if (missing === 0) this.#ready[readyEnd++] = unit;
      leftUs += leastUs[unit];
      leftBytes += unitBytes[unit];
    }
    this.#keys[0] = idealKey;
    this.#leftUs[0] = leftUs;
    this.#idealLeftBytes = leftBytes;
    return readyEnd;
  }

  /** Adds one of the units ready from `from` on, so that every set is met once. */
  #extend(from: number, readyEnd: number, depth: number): void {
    const { after, leastUs } = this.#problem;
    const ready = this.#ready;
    const missing = this.#missing;
    const set = this.#set;
    for (let i = from; i < readyEnd && !this.#isFound; i++) {
      const unit = ready[i];
      // One ideal alone can have more sets than the limit allows.
      if (++this.#steps > this.#mostSteps) return;
      if (!this.#fitsSomewhere(unit, depth)) continue;
      this.#paidUs[depth + 1] = this.#paidUs[depth] + set.add(unit);
      this.#leftUs[depth + 1] = this.#leftUs[depth] - leastUs[unit];
      this.#keys[depth + 1] = (this.#keys[depth] + this.#keyOf[unit]) % KEYS;
      let end = readyEnd;
      for (const later of after[unit]) if (--missing[later] === 0) ready[end++] = later;
      this.#record(depth + 1);
      this.#extend(i + 1, end, depth + 1);
      for (const later of after[unit]) missing[later]++;
      set.remove(unit);
    }
  }

  /** Writes times and bytes of the set with the unit; can any kind run and hold it? */
  #fitsSomewhere(unit: number, depth: number): boolean {
    const { kinds, kindUs, unitBytes } = this.#problem;
    const times = this.#times;
    const bytes = this.#bytes[depth] + unitBytes[unit];
    this.#bytes[depth + 1] = bytes;
    let fits = false;
    for (let k = 0; k < kinds.length; k++) {
      const us = times[depth * kinds.length + k] + kindUs[unit * kinds.length + k];
      times[(depth + 1) * kinds.length + k] = us;
      if (us <= this.#thresholdUs && bytes <= kinds[k].memoryBytes) fits = true;
    }
    return fits;
  }

  /** Marks the states in which the ideal with the set on top can be covered. */
  #record(depth: number): void {
    const { kinds, units } = this.#problem;
    const { stride, inUse, canDoUs, canHoldBytes } = this.#states;
    const size = this.#idealSize + depth;
    const bytes = this.#bytes[depth];
    const leftBytes = this.#idealLeftBytes - bytes;
    let target: Ideal | null = null;
    for (let k = 0; k < kinds.length; k++) {
      const { memoryBytes, paysTransfers, count } = kinds[k];
      const us = this.#times[depth * kinds.length + k] + (paysTransfers ? this.#paidUs[depth] : 0);
      if (bytes > memoryBytes || us > this.#thresholdUs) continue;
      for (const state of this.#openStates) {
        if (inUse[state * kinds.length + k] === count) continue;
        if (size === units.count) {
          this.#isFound = true;
          return;
        }
        const reached = state + stride[k];
        if (this.#leftUs[depth] > canDoUs[reached] || leftBytes > canHoldBytes[reached]) continue;
        target ??= this.#idealOf(size, this.#keys[depth]);
        target.covered[reached] = 1;
      }
    }
  }

  /** The ideal of the current bits, made where it is new. */
  #idealOf(size: number, setKey: number): Ideal {
    const { bits } = this.#set;
    const sameKey = this.#byKey.get(setKey);
    const known = sameKey?.find((ideal) => ideal.bits.every((word, w) => word === bits[w]));
    if (known !== undefined) return known;
    const made: Ideal = { bits: bits.slice(), covered: new Uint8Array(this.#states.count) };
    if (sameKey === undefined) this.#byKey.set(setKey, [made]);
    else sameKey.push(made);
    this.#bySize[size].push(made);
    this.#ideals++;
    return made;
  }
}

/**
 * Keys are sums of these numbers modulo a prime. Sets with equal keys are told apart by their bits.
 */
const KEYS = 4_398_046_511_093;

function key(unit: number): number {
  let value = unit + 1;
  for (let round = 0; round < 5; round++) value = (value * 1103 + 1_013_904_223_987) % KEYS;
  return value;
}
