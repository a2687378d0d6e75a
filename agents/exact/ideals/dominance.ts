/**
 * Dominance between sets: what a device may absorb without loss.
 *
 * Let J be an ideal and D a set of elements outside J such that J with D is an ideal too. Every
 * split that continues from J can continue from J with D instead, where later devices leave out
 * their parts of D.
 *
 * Suppose that a later device held a part E. Its run time falls by p(E). It newly pays
 * at most the nets that were wholly on it and reach from E to elements that it keeps. So no
 * later load grows if on every accelerator, for every E that one device can hold,
 *
 *   p(E) >= sum of the transfers of the nets that touch E and elements outside of it, but touch
 *           neither J nor the rest of D
 *
 * It is enough to assign each net that leaves D to one element of D that it touches. No element may
 * get more than its run time.
 *
 * An absorbable set of v is such a D: v and some elements after it. Nets that touch ancestors of v
 * do not count, because every J from which v is ready holds these ancestors. If J holds a part of D
 * already, the rest of D is absorbable too. An element whose run time covers its own transfers is
 * an absorbable set by itself.
 */
import type { Nets, SplitProblem } from "../../problems/split/split-problem.ts";

export interface Dominance {
  /** An absorbable set of each element, null where none was found. */
  readonly absorbableOf: readonly (AbsorbableSet | null)[];
  readonly predecessors: readonly (readonly number[])[];
  /**
   * Run time of an element and all its descendants that the type can run, shape [elements x types].
   */
  readonly behindUs: Float64Array;
  /** Bytes of the same elements. */
  readonly behindBytes: Float64Array;
  /** No ideal cuts more transfers than this. */
  readonly mostCrossingUs: number;
}

export interface AbsorbableSet {
  /** Ascending; the first is the element whose absorbable set it is. */
  readonly members: Int32Array;
  /** Run time of all members on each type. */
  readonly timeUs: Float64Array;
  readonly bytes: number;
  /** Transfers of the nets that touch members and other elements. */
  readonly touchedUs: number;
  /** Direct predecessors that each member has among the members. */
  readonly waitsWithin: Int32Array;
}

const MOST_MEMBERS = 6;

export function dominanceOf(problem: SplitProblem): Dominance {
  const { elements, timeUs, types, memoryBytes } = problem;
  const before = ancestors(elements);
  const predecessors = Array.from({ length: elements.count }, (): number[] => []);
  elements.successors.forEach((list, u) => {
    for (const w of list) predecessors[w].push(u);
  });
  const behindUs = new Float64Array(timeUs.length);
  const behindBytes = new Float64Array(timeUs.length);
  for (let x = 0; x < elements.count; x++)
    for (let v = x; v < elements.count; v++)
      for (let type = 0; type < types.length; type++) {
        const us = timeUs[v * types.length + type];
        if ((v !== x && before[v][x] === 0) || us === Number.POSITIVE_INFINITY) continue;
        behindUs[x * types.length + type] += us;
        behindBytes[x * types.length + type] += memoryBytes[v];
      }
  return {
    absorbableOf: Array.from({ length: elements.count }, (_, v) => absorbableSetOf(problem, before[v], v)),
    predecessors,
    behindUs,
    behindBytes,
    mostCrossingUs: mostCrossingUs(problem.nets, before),
  };
}

/** For each element, 1 for each of its ancestors. */
function ancestors({ count, successors }: SplitProblem["elements"]): Uint8Array[] {
  const before = Array.from({ length: count }, () => new Uint8Array(count));
  for (let u = 0; u < count; u++)
    for (const w of successors[u]) {
      before[w][u] = 1;
      for (let a = 0; a < u; a++) if (before[u][a]) before[w][a] = 1;
    }
  return before;
}

/** Where no load is too long, every element is an absorbable set by itself. */
export function allAbsorbable(problem: SplitProblem, dominance: Dominance): Dominance {
  return { ...dominance, absorbableOf: dominance.absorbableOf.map((_, v) => describe(problem, [v])) };
}

function absorbableSetOf(problem: SplitProblem, before: Uint8Array, v: number): AbsorbableSet | null {
  const { successors } = problem.elements;
  const members = [v];
  while (members.length <= MOST_MEMBERS) {
    if (coversCuts(problem, before, members)) return describe(problem, members);
    const next = Math.min(
      ...members.flatMap((member) => successors[member].filter((w) => !members.includes(w))),
    );
    if (next === Number.POSITIVE_INFINITY) return null;
    members.push(next);
    members.sort((a, b) => a - b);
  }
  return null;
}

/**
 * Can every net that leaves the set be assigned to a member whose run time covers it? Greedy: to
 * the member with most time left.
 */
function coversCuts(problem: SplitProblem, before: Uint8Array, members: readonly number[]): boolean {
  const { nets } = problem;
  const leftUs = new Map(members.map((member) => [member, leastAcceleratorUs(problem, member)]));
  const cuts = netsTouching(problem, members)
    .filter(({ pins }) => !pins.some((pin) => before[pin]) && !pins.every((pin) => leftUs.has(pin)))
    .sort((a, b) => nets.transferUs[b.net] - nets.transferUs[a.net]);
  for (const { net, pins } of cuts) {
    const touched = pins.filter((pin) => leftUs.has(pin));
    const payer = touched.reduce((most, pin) => (leftUs.get(pin)! > leftUs.get(most)! ? pin : most));
    const left = leftUs.get(payer)! - nets.transferUs[net];
    if (left < 0) return false;
    leftUs.set(payer, left);
  }
  return true;
}

/** Infinite where no accelerator can run it: then none pays for it. */
function leastAcceleratorUs({ timeUs, types }: SplitProblem, v: number): number {
  let least = Number.POSITIVE_INFINITY;
  types.forEach(({ paysTransfers }, type) => {
    if (paysTransfers) least = Math.min(least, timeUs[v * types.length + type]);
  });
  return least;
}

function netsTouching({ nets }: SplitProblem, members: readonly number[]) {
  const touching = new Set<number>();
  for (const v of members)
    for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) touching.add(nets.ofElement[i]);
  return [...touching].map((net) => ({
    net,
    pins: [...nets.pins.subarray(nets.pinStart[net], nets.pinStart[net + 1])],
  }));
}

function describe(problem: SplitProblem, members: readonly number[]): AbsorbableSet {
  const { timeUs, types, memoryBytes, nets, elements } = problem;
  const outer = netsTouching(problem, members).filter(
    ({ pins }) => !pins.every((pin) => members.includes(pin)),
  );
  return {
    members: Int32Array.from(members),
    timeUs: Float64Array.from(types, (_, type) =>
      members.reduce((sum, v) => sum + timeUs[v * types.length + type], 0),
    ),
    bytes: members.reduce((sum, v) => sum + memoryBytes[v], 0),
    touchedUs: outer.reduce((sum, { net }) => sum + nets.transferUs[net], 0),
    waitsWithin: Int32Array.from(
      members,
      (w) => members.filter((u) => elements.successors[u].includes(w)).length,
    ),
  };
}

/**
 * An upper bound on the transfers that any ideal cuts: the nets with elements inside and outside.
 *
 * Take two nets where every element of the first is an ancestor of, or equals, every element of the
 * second. No ideal cuts both: if the second has an element inside, all of the first is inside. So
 * an ideal cuts at most one net of each chain of this relation. Cover all nets by chains: no ideal
 * cuts more than the sum, over the chains, of the largest net.
 *
 * Pre: `before[w][u]` is 1 where u is an ancestor of w.
 */
function mostCrossingUs(nets: Nets, before: readonly Uint8Array[]): number {
  const pinsOf = Array.from({ length: nets.count }, (_, h) =>
    [...nets.pins.subarray(nets.pinStart[h], nets.pinStart[h + 1])].sort((a, b) => a - b),
  );
  const comesFirst = (h: number, g: number) =>
    pinsOf[h].every((x) => pinsOf[g].every((y) => x === y || before[y][x] === 1));
  const order = pinsOf.map((_, h) => h).sort((h, g) => pinsOf[h][0] - pinsOf[g][0]);
  const chains: { tail: number; mostUs: number }[] = [];
  for (const net of order) {
    const us = nets.transferUs[net];
    let best: (typeof chains)[number] | null = null;
    let growth = us;
    for (const chain of chains) {
      const more = Math.max(0, us - chain.mostUs);
      if (more > growth || (best !== null && more === growth) || !comesFirst(chain.tail, net)) continue;
      best = chain;
      growth = more;
    }
    if (best === null) chains.push({ tail: net, mostUs: us });
    else {
      best.tail = net;
      best.mostUs = Math.max(best.mostUs, us);
    }
  }
  return chains.reduce((sum, { mostUs }) => sum + mostUs, 0);
}
