/**
 * The dynamic program over ideals: an optimal contiguous split for max load (Tarnawski et al.,
 * NeurIPS 2020), as a search that visits only the ideals that can matter.
 *
 * A split is contiguous where its devices can be put in a line so that every forward edge stays on
 * one device or leads down the line; each device then holds the difference of two nested ideals.
 * Ideals are expanded in order of size; from each, every set S that a device could take is
 * enumerated once for its type, adding ready elements one at a time. With U the value of the best
 * split known and F a floor, at or below which one value is as good as another, what is cut off,
 * and why nothing is lost:
 *
 *   - S and all supersets, where its run time alone reaches U, or its bytes the memory limit;
 *   - a label that reaches U, or that fewer devices match;
 *   - a step after which the work or the weights left are more than the devices left can take below
 *     U (work-windows.ts);
 *   - S, where it could take a company (companies.ts) along and stay at or below F or at its own
 *     load;
 *   - all S that lack a company that each of them could take along (forced-elements.ts).
 *
 * With `chain`, precedence is the line of element numbers (DPL, "DP linearised"): the ideals are
 * its prefixes.
 */

import type { SplitProblem } from "../../problems/split-problem.ts";
import { maxLoadUs, type Stage } from "../../problems/stage-load.ts";
import { capacityLeftBytes } from "./capacity-bytes.ts";
import type { AbsorbableSet, Dominance } from "./dominance.ts";
import { forcedElements } from "./forced-elements.ts";
import { IdealQueue } from "./ideal-queue.ts";
import { IdealTable } from "./ideal-table.ts";
import { type WorkWindows, workWindows } from "./work-windows.ts";

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
  /**
   * The best split below `upperUs`, or null where there is none (or none was found before a limit).
   */
  readonly split: StagedSplit | null;
  /** False where a limit ended the search: `split` is then only a good one. */
  readonly complete: boolean;
  /** What ended it where it is not complete. */
  readonly endedBy: "ideals" | "transitions" | "caller" | null;
  readonly ideals: number;
  readonly transitions: number;
}

/**
 * `size`: every ideal is gone on from once; `promise`: what looks most like leading to a split
 * first, some more than once.
 */
export type SearchOrder = "size" | "promise";

export interface SearchOptions {
  /** Only splits of smaller max load are looked for. */
  readonly upperUs: number;
  /** A split at or below it ends the search; below `upperUs`. */
  readonly floorUs: number;
  readonly limits: SearchLimits;
  readonly chain: boolean;
  readonly order: SearchOrder;
  /** What sets may take along; null where that is not to be used, as with `chain`. */
  readonly dominance: Dominance | null;
}

const PAUSE_EVERY = 500_000;
/**
 * By how much having no work left counts for more than having all of it left, in the order of
 * promise.
 */
const DEPTH_COUNTS = 0.1;

/**
 * Yields now and then, so that the caller can let others run, or end the search by answering
 * `true`.
 */
export function* searchIdeals(
  problem: SplitProblem,
  options: SearchOptions,
): Generator<null, SplitResult, boolean | undefined> {
  const { timeUs, memoryBytes, nets, types } = problem;
  const { floorUs, limits, dominance } = options;
  const n = problem.elements.count;
  const typeCount = types.length;
  const successors = options.chain ? line(n) : problem.elements.successors;
  const windows = workWindows(problem);
  const { states, stride, used, windowOf, capacity, workOf, beyond } = windows;
  const windowCount = windows.count;
  const slack = Float64Array.from({ length: windowCount }, (_, window) => 1e-9 * totalOf(windows, window));
  const capacityBytes = capacityLeftBytes(problem, windows, options.upperUs);
  const hashOf = Int32Array.from({ length: n }, (_, v) => scramble(v + 1));
  const netPins = Int32Array.from({ length: nets.count }, (_, h) => nets.pinStart[h + 1] - nets.pinStart[h]);

  const table = new IdealTable(n, states);
  const members = new Int32Array((n + 31) >> 5);
  const queue = new IdealQueue();
  table.labels[table.indexOf(members, 0, 0) * states] = floorUs;
  table.isOpen[0] = 1;

  let upperUs = options.upperUs;
  let best: { ideal: number; state: number } | null = null;
  let transitions = 0;
  let paused = 0;
  const totalWork = totalOf(windows, windowCount - 1);
  let hash = 0;

  // The set under construction, one entry per depth: what it costs and which of the ready elements
  // it has considered.
  const held = new Int32Array(n);
  const inside = new Int32Array(nets.count);
  const computeUs = new Float64Array(n + 1);
  const transferUs = new Float64Array(n + 1);
  const bytes = new Float64Array(n + 1);
  const ready = new Int32Array(n);
  const position = new Int32Array(n + 1);
  const readyEnd = new Int32Array(n + 1);
  const waiting = new Int32Array(n);
  // What lies outside of the ideal and the set, one row per depth: work in each window, elements
  // beyond it, bytes.
  const leftWork = new Float64Array((n + 1) * windowCount);
  const leftBeyond = new Int32Array((n + 1) * windowCount);
  const leftBytes = new Float64Array(n + 1);
  const open = new Int32Array(states);
  const active = new Int32Array(states);

  queue.push(0, 0);
  while (!queue.isEmpty) {
    if (table.count > limits.ideals) return result("ideals");
    const ideal = queue.pop();
    if (yield* expand(ideal, table.size(ideal))) return result("caller");
    if (best !== null && upperUs <= floorUs) return result(null);
    if (transitions > limits.transitions) return result("transitions");
  }
  return result(null);

  /**
   * True where the caller ended the search. One ideal alone can have more sets than all the limits
   * allow.
   */
  function* expand(ideal: number, size: number): Generator<null, boolean, boolean | undefined> {
    enter(ideal);
    const openCount = openStates(ideal);
    for (let type = 0; type < typeCount; type++) {
      const activeCount = activate(type, openCount);
      if (activeCount === 0) continue;
      // The elements that go in first of all, then every way to go on.
      let base = 0;
      if (dominance !== null)
        for (const v of forcedElements(problem, dominance, holds, type, floorUs)) add(v, base++, type);
      readyEnd[base] = 0;
      for (let v = 0; v < n; v++) if (!holds(v) && waiting[v] === 0) ready[readyEnd[base]++] = v;
      position[base] = 0;
      if (base > 0) record(ideal, base, size + base, type, activeCount);
      for (let depth = base; depth >= base; ) {
        if (position[depth] === readyEnd[depth]) {
          if (--depth >= base) remove(depth);
          continue;
        }
        if (++transitions > limits.transitions) return false;
        if (transitions - paused > PAUSE_EVERY) {
          paused = transitions;
          if ((yield null) === true) return true;
        }
        if (!add(ready[position[depth]++], depth, type)) {
          remove(depth);
          continue;
        }
        depth++;
        position[depth] = position[depth - 1];
        record(ideal, depth, size + depth, type, activeCount);
      }
      while (base > 0) remove(--base);
    }
    return false;
  }

  function enter(ideal: number): void {
    hash = 0;
    table.copyBits(ideal, members);
    waiting.fill(0);
    leftWork.fill(0, 0, windowCount);
    leftBeyond.fill(0, 0, windowCount);
    leftBytes[0] = 0;
    for (let v = 0; v < n; v++) {
      if (holds(v)) {
        hash ^= hashOf[v];
        continue;
      }
      for (const w of successors[v]) waiting[w]++;
      leftBytes[0] += memoryBytes[v];
      for (let window = 0; window < windowCount; window++) {
        leftWork[window] += workOf[v * windowCount + window];
        leftBeyond[window] += beyond[v * windowCount + window];
      }
    }
  }

  function holds(v: number): number {
    return (members[v >> 5] >>> (v & 31)) & 1;
  }

  /** Puts v into the set; false where a device of the type cannot take the set below U. */
  function add(v: number, depth: number, type: number): boolean {
    const above = depth + 1;
    held[depth] = v;
    members[v >> 5] |= 1 << (v & 31);
    hash ^= hashOf[v];
    bytes[above] = bytes[depth] + memoryBytes[v];
    leftBytes[above] = leftBytes[depth] - memoryBytes[v];
    for (let window = 0; window < windowCount; window++) {
      const at = depth * windowCount + window;
      leftWork[at + windowCount] = leftWork[at] - workOf[v * windowCount + window];
      leftBeyond[at + windowCount] = leftBeyond[at] - beyond[v * windowCount + window];
    }
    transferUs[above] = transferUs[depth] + grownCut(v);
    let end = readyEnd[depth];
    for (const w of successors[v]) if (--waiting[w] === 0) ready[end++] = w;
    readyEnd[above] = end;
    computeUs[above] = computeUs[depth] + timeUs[v * typeCount + type];
    return bytes[above] <= types[type].memoryBytes && computeUs[above] < upperUs;
  }

  function remove(depth: number): void {
    const v = held[depth];
    members[v >> 5] &= ~(1 << (v & 31));
    hash ^= hashOf[v];
    for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) inside[nets.ofElement[i]]--;
    for (const w of successors[v]) waiting[w]++;
  }

  /** Counts v into its nets and answers by how much the transfers of the set grow. */
  function grownCut(v: number): number {
    let us = 0;
    for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) {
      const h = nets.ofElement[i];
      const pins = ++inside[h];
      if (pins === 1) us += nets.transferUs[h];
      else if (pins === netPins[h]) us -= nets.transferUs[h];
    }
    return us;
  }

  /**
   * Collects the labels not yet gone on from, from which what is left can still be done below U.
   */
  function openStates(ideal: number): number {
    let count = 0;
    const base = ideal * states;
    for (let state = 0; state < states; state++) {
      if (table.isOpen[base + state] === 0) continue;
      table.isOpen[base + state] = 0;
      const label = table.labels[base + state];
      if (label >= upperUs || !canFinish(state, 0)) continue;
      let dominated = false;
      for (let other = 0; other < state && !dominated; other++)
        dominated = table.labels[base + other] <= label && fewer(other, state);
      if (!dominated) open[count++] = state;
    }
    return count;
  }

  /** Those of them that have a device of the type left. */
  function activate(type: number, openCount: number): number {
    let count = 0;
    for (let i = 0; i < openCount; i++)
      if (used[open[i] * typeCount + type] < types[type].devices.length) active[count++] = open[i];
    return count;
  }

  /** Could the devices left in a state take what is left at a depth, as far as the windows tell? */
  function canFinish(state: number, depth: number): boolean {
    const window = windowOf[state];
    const at = depth * windowCount + window;
    if (leftBytes[depth] > capacityBytes[state] || leftBeyond[at] > 0) return false;
    // Nothing left must stay nothing beside a capacity of none below an infinite ceiling.
    if (capacity[state] === 0) return leftWork[at] <= slack[window];
    return leftWork[at] <= capacity[state] * upperUs + slack[window];
  }

  function fewer(state: number, other: number): boolean {
    for (let type = 0; type < typeCount; type++)
      if (used[state * typeCount + type] > used[other * typeCount + type]) return false;
    return true;
  }

  /** Offers the set at `depth` to a type in every active state. */
  function record(ideal: number, depth: number, size: number, type: number, activeCount: number): void {
    const load = computeUs[depth] + (types[type].paysTransfers ? transferUs[depth] : 0);
    if (load >= upperUs) return;
    let target = -1;
    let isNew = false;
    for (let i = 0; i < activeCount; i++) {
      const state = active[i];
      const value = Math.max(load, table.labels[ideal * states + state]);
      const reached = state + stride[type];
      if (value >= upperUs || !canFinish(reached, depth)) continue;
      if (target === -1) {
        if (dominance !== null && takesMore(dominance, depth, type, load)) return;
        const known = table.count;
        target = table.indexOf(members, hash, size);
        isNew = table.count > known;
      }
      const label = target * states + reached;
      if (value >= table.labels[label]) continue;
      table.labels[label] = value;
      table.fromIdeal[label] = ideal;
      table.byType[label] = type;
      table.isOpen[label] = 1;
      if (options.order === "promise") queue.push(target, promise(reached, depth));
      else if (isNew) queue.push(target, size);
      isNew = false;
      if (size < n) continue;
      upperUs = value;
      best = { ideal: target, state: reached };
    }
  }

  /**
   * How much of the time that the devices left have below U the work left needs at least: the less
   * the better.
   */
  function promise(state: number, depth: number): number {
    const window = windowOf[state];
    const roomUs = capacity[state] * options.upperUs;
    const share = roomUs === 0 ? 0 : leftWork[depth * windowCount + window] / roomUs;
    return share - DEPTH_COUNTS * (1 - leftWork[depth * windowCount + windowCount - 1] / totalWork);
  }

  /** Could the set take a company along at no higher load than the floor or its own? */
  function takesMore({ absorbableOf }: Dominance, depth: number, type: number, load: number): boolean {
    const most = Math.max(load, floorUs);
    const paying = types[type].paysTransfers;
    const end = readyEnd[depth];
    for (let i = 0; i < end; i++) {
      const v = ready[i];
      const company = absorbableOf[v];
      if (company === null || holds(v) || bytes[depth] + company.bytes > types[type].memoryBytes) continue;
      const us = load + company.timeUs[type];
      if (us - company.touchedUs > most || !isReady(company)) continue;
      if (!paying ? us <= most : us + company.touchedUs <= most || us + cutWith(company) <= most) return true;
    }
    return false;
  }

  function isReady({ members, waitsWithin }: AbsorbableSet): boolean {
    for (let i = 1; i < members.length; i++) if (waiting[members[i]] !== waitsWithin[i]) return false;
    return true;
  }

  /** By how much a company would make the set's transfers grow. */
  function cutWith({ members }: AbsorbableSet): number {
    let us = 0;
    for (const v of members) us += grownCut(v);
    for (const v of members)
      for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) inside[nets.ofElement[i]]--;
    return us;
  }

  function result(endedBy: SplitResult["endedBy"]): SplitResult {
    const counts = { complete: endedBy === null, endedBy, ideals: table.count, transitions };
    if (best === null) return { split: null, ...counts };
    const stages: Stage[] = [];
    let { ideal, state } = best as { ideal: number; state: number };
    while (table.fromIdeal[ideal * states + state] !== -1) {
      const from = table.fromIdeal[ideal * states + state];
      const type = table.byType[ideal * states + state];
      stages.push({ type, elements: table.difference(ideal, from) });
      ideal = from;
      state -= stride[type];
    }
    // Labels are never below the floor, so the value is counted afresh.
    return { split: { valueUs: maxLoadUs(problem, stages), stages: stages.reverse() }, ...counts };
  }
}

function totalOf({ workOf, count }: WorkWindows, window: number): number {
  let total = 0;
  for (let i = window; i < workOf.length; i += count) total += workOf[i];
  return total;
}

/** The line 0 -> 1 -> ... as successor lists. */
function line(n: number): readonly (readonly number[])[] {
  return Array.from({ length: n }, (_, v) => (v + 1 < n ? [v + 1] : []));
}

/**
 * A well-mixed 32-bit number for an element (the finalizer of MurmurHash3); a set's hash is the
 * exclusive or over it.
 */
function scramble(element: number): number {
  let h = Math.imul(element, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
