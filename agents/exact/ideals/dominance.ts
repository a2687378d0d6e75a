/**
 * Which elements a device may always take along: the dominance that keeps the ideals program from
 * splitting hairs.
 *
 * Let J be an ideal and D a set of elements outside it such that J with D is an ideal too. Every
 * split that goes on from J can go on from J with D instead: later devices just leave out what they
 * held of D. If a later device held E of D, it then runs p(E) shorter, and pays newly at most the
 * transfers of nets that lay wholly on it, which reach from E to elements that it keeps. So no
 * later load grows if on every accelerator
 *
 *   p(E) >= sum of the transfers of nets that touch E, touch D only within E, are not within E, and do not touch J
 *
 * for all E that can lie together. It suffices to deal each net that leaks from D to one element of
 * D that it touches, so that none gets more than its run time. A company of v is such a D, of v and
 * some elements after it; the nets that touch ancestors of v are left out, for these lie in every J
 * from which v is ready. With a company D of v, what remains of it beside any part of it is again
 * one. An element whose run time covers its own transfers is company enough.
 */
import type { Nets, SplitProblem } from "../../problems/split-problem.ts";

export interface Dominance {
  /** A company of each element, null where none was found. */
  readonly absorbableOf: readonly (AbsorbableSet | null)[];
  readonly predecessors: readonly (readonly number[])[];
  /**
   * Run time of an element and all its descendants that the type can take, shape [elements x
   * types]; bytes likewise.
   */
  readonly behindUs: Float64Array;
  readonly behindBytes: Float64Array;
  readonly mostCrossingUs: number;
}

export interface AbsorbableSet {
  /** Ascending; the first is the element whose company it is. */
  readonly members: Int32Array;
  /** Run time of all members on each type. */
  readonly timeUs: Float64Array;
  readonly bytes: number;
  /** Transfers of the nets that touch members, apart from those wholly among them. */
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
    absorbableOf: Array.from({ length: elements.count }, (_, v) => absorbableOf(problem, before[v], v)),
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

/** Where no load is too long every element is company enough. */
export function allAbsorbable(problem: SplitProblem, dominance: Dominance): Dominance {
  return { ...dominance, absorbableOf: dominance.absorbableOf.map((_, v) => describe(problem, [v])) };
}

function absorbableOf(problem: SplitProblem, before: Uint8Array, v: number): AbsorbableSet | null {
  const { successors } = problem.elements;
  const members = [v];
  while (members.length <= MOST_MEMBERS) {
    if (sharesLeaks(problem, before, members)) return describe(problem, members);
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
 * Can every net that leaks be dealt to a member whose run time covers it? Greedy: to the one with
 * most time left.
 */
function sharesLeaks(problem: SplitProblem, before: Uint8Array, members: readonly number[]): boolean {
  const { nets } = problem;
  const leftUs = new Map(members.map((member) => [member, leastAcceleratorUs(problem, member)]));
  const leaks = netsTouching(problem, members)
    .filter(({ pins }) => !pins.some((pin) => before[pin]) && !pins.every((pin) => leftUs.has(pin)))
    .sort((a, b) => nets.transferUs[b.net] - nets.transferUs[a.net]);
  for (const { net, pins } of leaks) {
    const touched = pins.filter((pin) => leftUs.has(pin));
    const payer = touched.reduce((most, pin) => (leftUs.get(pin)! > leftUs.get(most)! ? pin : most));
    const left = leftUs.get(payer)! - nets.transferUs[net];
    if (left < 0) return false;
    leftUs.set(payer, left);
  }
  return true;
}

/** Infinite where no accelerator takes it: then none pays for missing it. */
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
 * An upper bound on the transfers that any ideal cuts: the nets with some elements in it and some
 * outside.
 *
 * Two nets cannot both be cut by one ideal where every element of the one comes before (or is)
 * every element of the other: the second has an element inside, and then all of the first are
 * inside. So the nets of a chain of this relation are cut one at a time; any cover of all nets by
 * chains proves that no ideal cuts more than the sum over the chains of their largest net.
 * `before[w][u]` is 1 where u is an ancestor of w.
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
