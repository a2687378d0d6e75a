/**
 * The dynamic program over ideals: an optimal contiguous split for max load (Tarnawski et al., NeurIPS 2020), as a search
 * that visits only the ideals that can matter.
 *
 * A split is contiguous where its devices can be put in a line so that every forward edge stays on one device or leads down
 * the line; each device then holds the difference of two nested ideals. Ideals are expanded in order of size; from each, every
 * set S that one device could take is enumerated once, adding ready elements one at a time. What is cut off, and why
 * nothing is lost, with U the value of the best split known:
 *
 *   - S and all supersets, where its run time alone reaches U on every type, or it is over every memory limit;
 *   - a label that reaches U, or that fewer devices match;
 *   - a step after which the work or the weights left are more than the devices left can take below U (work-windows.ts).
 *
 * With `chain`, precedence is the line of element numbers (DPL, "DP linearised"): the ideals are its prefixes.
 */
import { IdealTable } from "./ideal-table.ts";
import type { SplitProblem } from "./split-problem.ts";
import { type WorkWindows, workWindows } from "./work-windows.ts";

export interface SearchLimits {
  readonly ideals: number;
  /** Sets enumerated, over all ideals. */
  readonly transitions: number;
}

/** What one device takes, in the order of the line. */
export interface Stage {
  readonly type: number;
  readonly elements: readonly number[];
}

export interface SplitResult {
  /** The best split below `upperUs`, or null where there is none (or none was found before a limit). */
  readonly split: { readonly valueUs: number; readonly stages: readonly Stage[] } | null;
  /** False where a limit ended the search: `split` is then only a good one. */
  readonly complete: boolean;
  /** False where nothing was cut off for being at or above `upperUs`: a search below more would find no more. */
  readonly ceilingMet: boolean;
  readonly ideals: number;
  readonly transitions: number;
}

export interface SearchOptions {
  /** Only splits of smaller max load are looked for. */
  readonly upperUs: number;
  readonly limits: SearchLimits;
  readonly chain: boolean;
}

const PAUSE_EVERY = 500_000;

/** Yields now and then, so that the caller can let others run, or end the search by answering `true`. */
export function* searchIdeals(
  problem: SplitProblem,
  options: SearchOptions,
): Generator<void, SplitResult, boolean | undefined> {
  const { timeUs, memoryBytes, nets, types } = problem;
  const n = problem.elements.count;
  const typeCount = types.length;
  const successors = options.chain ? line(n) : problem.elements.successors;
  const windows = workWindows(problem);
  const { states, stride, used, windowOf, capacity, capacityBytes, workOf, beyond } = windows;
  const windowCount = windows.count;
  const slack = Float64Array.from({ length: windowCount }, (_, window) => 1e-9 * totalOf(windows, window));
  const hashOf = Int32Array.from({ length: n }, (_, v) => scramble(v + 1));
  const netPins = Int32Array.from({ length: nets.count }, (_, h) => nets.pinStart[h + 1] - nets.pinStart[h]);

  const table = new IdealTable(n, states);
  const members = new Int32Array((n + 31) >> 5);
  table.labels[table.indexOf(members, 0, 0) * states] = 0;

  let upperUs = options.upperUs;
  let best: { ideal: number; state: number } | null = null;
  let transitions = 0;
  let paused = 0;
  let hash = 0;
  let ceilingMet = false;

  // The set under construction, one entry per depth: what it costs and which of the ready elements it has considered.
  const held = new Int32Array(n);
  const inside = new Int32Array(nets.count);
  const computeUs = new Float64Array((n + 1) * typeCount);
  const transferUs = new Float64Array(n + 1);
  const bytes = new Float64Array(n + 1);
  const ready = new Int32Array(n);
  const position = new Int32Array(n + 1);
  const readyEnd = new Int32Array(n + 1);
  const waiting = new Int32Array(n);
  // What lies outside of the ideal and the set, one row per depth: work in each window, elements beyond it, bytes.
  const leftWork = new Float64Array((n + 1) * windowCount);
  const leftBeyond = new Int32Array((n + 1) * windowCount);
  const leftBytes = new Float64Array(n + 1);
  const active = new Int32Array(states);
  const usable = new Uint8Array(typeCount);

  for (let size = 0; size < n; size++) {
    for (let ideal = table.first(size); ideal !== -1; ideal = table.after(ideal)) {
      if (table.count > options.limits.ideals || transitions > options.limits.transitions)
        return result(false);
      if (yield* expand(ideal, size)) return result(false);
    }
  }
  return result(transitions <= options.limits.transitions);

  /** True where the caller ended the search. One ideal alone can have more sets than all the limits allow. */
  function* expand(ideal: number, size: number): Generator<void, boolean, boolean | undefined> {
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
    const activeCount = activate(ideal);
    if (activeCount === 0) return false;

    readyEnd[0] = 0;
    for (let v = 0; v < n; v++) if (!holds(v) && waiting[v] === 0) ready[readyEnd[0]++] = v;
    position[0] = 0;
    for (let depth = 0; depth >= 0; ) {
      if (position[depth] === readyEnd[depth]) {
        if (--depth >= 0) remove(depth);
        continue;
      }
      if (++transitions > options.limits.transitions) return false;
      if (transitions - paused > PAUSE_EVERY) {
        paused = transitions;
        if ((yield) === true) return true;
      }
      if (!add(ready[position[depth]++], depth)) {
        remove(depth);
        continue;
      }
      depth++;
      position[depth] = position[depth - 1];
      record(ideal, depth, size + depth, activeCount);
    }
    return false;
  }

  function holds(v: number): number {
    return (members[v >> 5] >>> (v & 31)) & 1;
  }

  /** Puts v into the set; false where no type can take the set below U. */
  function add(v: number, depth: number): boolean {
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
    let cutUs = transferUs[depth];
    for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) {
      const h = nets.ofElement[i];
      const pins = ++inside[h];
      if (pins === 1) cutUs += nets.transferUs[h];
      else if (pins === netPins[h]) cutUs -= nets.transferUs[h];
    }
    transferUs[above] = cutUs;
    let end = readyEnd[depth];
    for (const w of successors[v]) if (--waiting[w] === 0) ready[end++] = w;
    readyEnd[above] = end;
    let open = false;
    for (let type = 0; type < typeCount; type++) {
      const us = computeUs[depth * typeCount + type] + timeUs[v * typeCount + type];
      computeUs[above * typeCount + type] = us;
      if (bytes[above] > types[type].memoryBytes || usable[type] === 0) continue;
      if (us < upperUs) open = true;
      else if (us !== Number.POSITIVE_INFINITY) ceilingMet = true;
    }
    return open;
  }

  function remove(depth: number): void {
    const v = held[depth];
    members[v >> 5] &= ~(1 << (v & 31));
    hash ^= hashOf[v];
    for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) inside[nets.ofElement[i]]--;
    for (const w of successors[v]) waiting[w]++;
  }

  /** Collects the states from which what is left can still be done below U, and the types that they can use. */
  function activate(ideal: number): number {
    let count = 0;
    usable.fill(0);
    for (let state = 0; state < states; state++) {
      const label = table.labels[ideal * states + state];
      if (label >= upperUs || !canFinish(state, 0)) continue;
      let dominated = false;
      for (let i = 0; i < count && !dominated; i++)
        dominated = table.labels[ideal * states + active[i]] <= label && fewer(active[i], state);
      if (dominated) continue;
      active[count++] = state;
      for (let type = 0; type < typeCount; type++)
        if (used[state * typeCount + type] < types[type].devices.length) usable[type] = 1;
    }
    return count;
  }

  /** Could the devices left in a state take what is left at a depth, as far as the windows tell? */
  function canFinish(state: number, depth: number): boolean {
    const window = windowOf[state];
    const at = depth * windowCount + window;
    if (leftBytes[depth] > capacityBytes[state] || leftBeyond[at] > 0) return false;
    // Nothing left must stay nothing beside a capacity of none below an infinite ceiling.
    if (capacity[state] === 0) return leftWork[at] <= slack[window];
    if (leftWork[at] <= capacity[state] * upperUs + slack[window]) return true;
    ceilingMet = true;
    return false;
  }

  function fewer(state: number, other: number): boolean {
    for (let type = 0; type < typeCount; type++)
      if (used[state * typeCount + type] > used[other * typeCount + type]) return false;
    return true;
  }

  /** Offers the set at `depth` to every type and active state. */
  function record(ideal: number, depth: number, size: number, activeCount: number): void {
    let target = -1;
    for (let type = 0; type < typeCount; type++) {
      if (usable[type] === 0 || bytes[depth] > types[type].memoryBytes) continue;
      const load = computeUs[depth * typeCount + type] + (types[type].paysTransfers ? transferUs[depth] : 0);
      if (load >= upperUs) {
        if (load !== Number.POSITIVE_INFINITY) ceilingMet = true;
        continue;
      }
      for (let i = 0; i < activeCount; i++) {
        const state = active[i];
        if (used[state * typeCount + type] === types[type].devices.length) continue;
        const value = Math.max(load, table.labels[ideal * states + state]);
        const reached = state + stride[type];
        if (value >= upperUs || !canFinish(reached, depth)) continue;
        if (target === -1) target = table.indexOf(members, hash, size);
        const label = target * states + reached;
        if (value >= table.labels[label]) continue;
        table.labels[label] = value;
        table.fromIdeal[label] = ideal;
        table.byType[label] = type;
        if (size < n) continue;
        upperUs = value;
        best = { ideal: target, state: reached };
      }
    }
  }

  function result(complete: boolean): SplitResult {
    const counts = { complete, ceilingMet, ideals: table.count, transitions };
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
    return { split: { valueUs: upperUs, stages: stages.reverse() }, ...counts };
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

/** A well-mixed 32-bit number for an element (the finalizer of MurmurHash3); a set's hash is the exclusive or over it. */
function scramble(element: number): number {
  let h = Math.imul(element, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
