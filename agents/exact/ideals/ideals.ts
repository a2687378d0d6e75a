/**
 * The dynamic program over ideals: an optimal contiguous split for max load (Tarnawski et al.,
 * NeurIPS 2020), as a search that visits only the ideals that can matter.
 *
 * The devices of a contiguous split can be ordered so that every forward edge stays on one device
 * or leads to a later one. Each device then holds the difference of two nested ideals. The search
 * expands ideals in order of size. From each ideal it enumerates every set S that a device of a
 * type could take, once, by adding ready elements one at a time.
 *
 * Let U be the value of the best split known. Let F be the floor: values at or below F count as
 * equal. Five rules prune the search without losing the optimum:
 *
 *   1. S and its supersets, if its run time alone reaches U or its bytes exceed the memory limit;
 *   2. a label that reaches U, or that a state with fewer devices matches;
 *   3. a step after which the devices left cannot take the work or the bytes left below U
 *      (completion-test.ts);
 *   4. S, if it could absorb another set and stay at or below F or its own load (absorption.ts);
 *   5. every S without the elements that any S could absorb (forced-elements.ts).
 *
 * With `chain`, precedence is the line of element numbers (DPL, "DP linearised"). The ideals are
 * then its prefixes.
 */

import type { DeviceType, SplitProblem } from "../../problems/split/split-problem.ts";
import { maxLoadUs, type Stage } from "../../problems/split/stage-load.ts";
import { Absorption } from "./absorption.ts";
import { CompletionTest } from "./completion-test.ts";
import type { Dominance } from "./dominance.ts";
import { forcedElements } from "./forced-elements.ts";
import { GrowingSet } from "./growing-set.ts";
import { IdealQueue } from "./ideal-queue.ts";
import { IdealTable } from "./ideal-table.ts";
import { workWindows } from "./work-windows.ts";

export interface SearchLimits {
  readonly ideals: number;
  /** Sets enumerated, over all ideals. */
  readonly transitions: number;
}

export interface StagedSplit {
  readonly valueUs: number;
  readonly stages: readonly Stage[];
}

export interface SplitResult {
  /** The best split below `upperUs`; null where there is none, or a limit came first. */
  readonly split: StagedSplit | null;
  /** False where a limit ended the search: a better split may exist. */
  readonly complete: boolean;
  /** What ended it where it is not complete. */
  readonly endedBy: "ideals" | "transitions" | "caller" | null;
  readonly ideals: number;
  readonly transitions: number;
}

/**
 * `size`: smaller ideals first, each expanded once. `promise`: ideals that are likely to lead to a
 * split first, some more than once.
 */
export type SearchOrder = "size" | "promise";

export interface SearchOptions {
  /** Only splits of smaller max load are searched for. */
  readonly upperUs: number;
  /** A split at or below it ends the search. It is below `upperUs`. */
  readonly floorUs: number;
  readonly limits: SearchLimits;
  readonly chain: boolean;
  readonly order: SearchOrder;
  /** What sets may absorb; null turns rules 4 and 5 off, as `chain` needs. */
  readonly dominance: Dominance | null;
}

const PAUSE_EVERY = 500_000;

/**
 * Yields now and then so that the caller can let others run. An answer of `true` ends the search.
 */
export function searchIdeals(
  problem: SplitProblem,
  options: SearchOptions,
): Generator<null, SplitResult, boolean | undefined> {
  return new IdealSearch(problem, options).run();
}

class IdealSearch {
  readonly #problem: SplitProblem;
  readonly #options: SearchOptions;
  readonly #types: readonly DeviceType[];
  /** Of the device states: difference that one more device of a type makes, devices in use. */
  readonly #stride: readonly number[];
  readonly #used: Int32Array;
  readonly #set: GrowingSet;
  readonly #completion: CompletionTest;
  readonly #absorption: Absorption | null;
  readonly #table: IdealTable;
  readonly #queue = new IdealQueue();
  /** Next ready element to try at each depth. */
  readonly #position: Int32Array;
  /** States of the current ideal to expand, and those that have a device of the current type. */
  readonly #open: Int32Array;
  readonly #active: Int32Array;
  #openCount = 0;
  #activeCount = 0;
  #ideal = 0;
  #type = 0;
  #upperUs: number;
  #best: { ideal: number; state: number } | null = null;
  #transitions = 0;
  #pausedAt = 0;

  constructor(problem: SplitProblem, options: SearchOptions) {
    const { chain, dominance, floorUs, upperUs } = options;
    const n = problem.elements.count;
    const windows = workWindows(problem);
    this.#problem = problem;
    this.#options = options;
    this.#types = problem.types;
    this.#stride = windows.stride;
    this.#used = windows.used;
    this.#upperUs = upperUs;
    this.#set = new GrowingSet(problem, windows, chain ? line(n) : problem.elements.successors);
    this.#completion = new CompletionTest(problem, windows, this.#set, upperUs);
    this.#absorption = dominance === null ? null : new Absorption(problem, dominance, this.#set, floorUs);
    this.#table = new IdealTable(n, windows.states);
    this.#position = new Int32Array(n + 1);
    this.#open = new Int32Array(windows.states);
    this.#active = new Int32Array(windows.states);
  }

  *run(): Generator<null, SplitResult, boolean | undefined> {
    const { floorUs, limits } = this.#options;
    const table = this.#table;
    const queue = this.#queue;
    table.labels[table.indexOf(this.#set.members, 0, 0) * table.states] = floorUs;
    table.isOpen[0] = 1;
    queue.push(0, 0);
    while (!queue.isEmpty) {
      if (table.count > limits.ideals) return this.#result("ideals");
      const endedBy = yield* this.#expand(queue.pop());
      if (endedBy === "caller") return this.#result(endedBy);
      if (this.#best !== null && this.#upperUs <= floorUs) return this.#result(null);
      if (endedBy !== null) return this.#result(endedBy);
    }
    return this.#result(null);
  }

  /** Records every set that a device could take on top of the ideal, depth first. */
  *#expand(ideal: number): Generator<null, SplitResult["endedBy"], boolean | undefined> {
    const set = this.#set;
    const position = this.#position;
    const { ready, readyEnd } = set;
    const mostTransitions = this.#options.limits.transitions;
    set.startFrom(this.#table, ideal);
    this.#ideal = ideal;
    this.#collectOpen();
    for (let type = 0; type < this.#types.length; type++) {
      this.#activate(type);
      if (this.#activeCount === 0) continue;
      const base = this.#addForced();
      set.collectReady(base);
      position[base] = 0;
      if (base > 0) this.#record(base);
      for (let depth = base; depth >= base; ) {
        if (position[depth] === readyEnd[depth]) {
          if (--depth >= base) set.remove(depth);
          continue;
        }
        // One ideal alone can have more sets than the limit allows.
        if (++this.#transitions > mostTransitions) return "transitions";
        if (this.#transitions - this.#pausedAt > PAUSE_EVERY) {
          this.#pausedAt = this.#transitions;
          if ((yield null) === true) return "caller";
        }
        set.add(ready[position[depth]++], depth, type);
        if (!this.#fits(depth + 1)) {
          set.remove(depth);
          continue;
        }
        depth++;
        position[depth] = position[depth - 1];
        this.#record(depth);
      }
      for (let depth = base - 1; depth >= 0; depth--) set.remove(depth);
    }
    return null;
  }

  /** Collects the labels that are still to be expanded and neither cut off nor dominated. */
  #collectOpen(): void {
    const { states, labels, isOpen } = this.#table;
    const base = this.#ideal * states;
    this.#openCount = 0;
    for (let state = 0; state < states; state++) {
      if (isOpen[base + state] === 0) continue;
      isOpen[base + state] = 0;
      const label = labels[base + state];
      if (label >= this.#upperUs || !this.#completion.mayFinish(state, 0, this.#upperUs)) continue;
      let dominated = false;
      for (let other = 0; other < state && !dominated; other++)
        dominated = labels[base + other] <= label && this.#usesNoMore(other, state);
      if (!dominated) this.#open[this.#openCount++] = state;
    }
  }

  /** Does one state use at most as many devices of every type as the other? */
  #usesNoMore(state: number, other: number): boolean {
    const used = this.#used;
    const typeCount = this.#types.length;
    for (let type = 0; type < typeCount; type++)
      if (used[state * typeCount + type] > used[other * typeCount + type]) return false;
    return true;
  }

  /** Keeps the open states that have a device of the type left. */
  #activate(type: number): void {
    const types = this.#types;
    const used = this.#used;
    this.#type = type;
    this.#activeCount = 0;
    for (let i = 0; i < this.#openCount; i++) {
      const state = this.#open[i];
      if (used[state * types.length + type] < types[type].devices.length)
        this.#active[this.#activeCount++] = state;
    }
  }

  /** Adds the forced elements and returns how many there are. */
  #addForced(): number {
    const { dominance, floorUs } = this.#options;
    if (dominance === null) return 0;
    const set = this.#set;
    const forced = forcedElements(this.#problem, dominance, (v) => set.has(v), this.#type, floorUs);
    for (let depth = 0; depth < forced.length; depth++) set.add(forced[depth], depth, this.#type);
    return forced.length;
  }

  /** False where S and all its supersets take too long or are too large for the type. */
  #fits(depth: number): boolean {
    const { bytes, computeUs } = this.#set;
    return bytes[depth] <= this.#types[this.#type].memoryBytes && computeUs[depth] < this.#upperUs;
  }

  /**
   * Lowers the labels of the ideal with S by one more device of the type, in every active state.
   */
  #record(depth: number): void {
    const set = this.#set;
    const table = this.#table;
    const ideal = this.#ideal;
    const type = this.#type;
    const { states } = table;
    const load = set.computeUs[depth] + (this.#types[type].paysTransfers ? set.transferUs[depth] : 0);
    if (load >= this.#upperUs) return;
    let target = -1;
    let isNew = false;
    for (let i = 0; i < this.#activeCount; i++) {
      const state = this.#active[i];
      const value = Math.max(load, table.labels[ideal * states + state]);
      const reached = state + this.#stride[type];
      if (value >= this.#upperUs || !this.#completion.mayFinish(reached, depth, this.#upperUs)) continue;
      if (target === -1) {
        if (this.#absorption?.isPossible(depth, type, load)) return;
        const known = table.count;
        target = table.indexOf(set.members, set.hash, table.size(ideal) + depth);
        isNew = table.count > known;
      }
      const label = target * states + reached;
      if (value >= table.labels[label]) continue;
      table.labels[label] = value;
      table.fromIdeal[label] = ideal;
      table.byType[label] = type;
      table.isOpen[label] = 1;
      this.#enqueue(target, reached, depth, isNew);
      isNew = false;
      if (table.size(target) < this.#problem.elements.count) continue;
      this.#upperUs = value;
      this.#best = { ideal: target, state: reached };
    }
  }

  /** By size every ideal is queued once, by promise after every better label. */
  #enqueue(ideal: number, state: number, depth: number, isNew: boolean): void {
    if (this.#options.order === "promise") this.#queue.push(ideal, this.#completion.promise(state, depth));
    else if (isNew) this.#queue.push(ideal, this.#table.size(ideal));
  }

  #result(endedBy: SplitResult["endedBy"]): SplitResult {
    const ideals = this.#table.count;
    const counts = { complete: endedBy === null, endedBy, ideals, transitions: this.#transitions };
    if (this.#best === null) return { split: null, ...counts };
    const stages = this.#stagesTo(this.#best);
    // Labels are never below the floor, so the value is counted again.
    return { split: { valueUs: maxLoadUs(this.#problem, stages), stages }, ...counts };
  }

  /** Follows the labels back to the empty ideal. */
  #stagesTo({ ideal, state }: { ideal: number; state: number }): Stage[] {
    const { states, fromIdeal, byType } = this.#table;
    const stages: Stage[] = [];
    while (fromIdeal[ideal * states + state] !== -1) {
      const from = fromIdeal[ideal * states + state];
      const type = byType[ideal * states + state];
      stages.push({ type, elements: this.#table.difference(ideal, from) });
      ideal = from;
      state -= this.#stride[type];
    }
    return stages.reverse();
  }
}

/** The line 0 -> 1 -> ... as successor lists. */
function line(n: number): readonly (readonly number[])[] {
  return Array.from({ length: n }, (_, v) => (v + 1 < n ? [v + 1] : []));
}
