/**
 * The earliest start of each op, for each device type that it may lie on, where what an op waits
 * for lies on the op's own device or arrives over the fastest way: the lower bound of Papadimitriou
 * and Yannakakis ("Towards an architecture-independent analysis of parallel algorithms", SIAM J.
 * Computing 1990), without their duplication and for devices of several types.
 *
 * Suppose that v starts at e. A producer whose output cannot arrive from elsewhere by e is on v's
 * device and ends before v; a producer of that one which could not arrive from elsewhere in time
 * for it is there too, and so on; and whatever v depends on that shares a unit with v or with one
 * of them. What is there takes turns: where its one-machine schedule (jackson.ts), with heads and
 * with what still has to run between each op and v, does not end by e, v does not start at e. The
 * least e without such a contradiction is found by taking in the op that needs the latest e to be
 * elsewhere, one after the other, as long as that can still lead to an earlier start.
 *
 * Written for one direction of time; ends are starts of the reversed graph. With `Delays` it bounds
 * each op's start plus something that is delayed with it (mirrored.ts says what): the same
 * argument, where every step brings along what the delay gains by it.
 */
import { createOneMachine } from "../jackson.ts";
import type { Units } from "../units.ts";

/** A graph seen in one direction of time. */
export interface Direction {
  /** Every op after those it waits for. */
  readonly order: ArrayLike<number>;
  /** Op v waits for op before[k] by dependency[k], from start[v] to start[v + 1]. */
  readonly start: Int32Array;
  readonly before: Int32Array;
  readonly dependency: Int32Array;
  /**
   * Time on the device and least start of each op, shape [opCount x typeCount]; `Infinity` where
   * the op cannot lie.
   */
  readonly occupiedUs: Float64Array;
  readonly floorUs: Float64Array;
  /** The earliest start of v on a type with u on another device, from the starts found so far. */
  remoteUs(dependency: number, u: number, v: number, type: number): number;
  /** May two ops be on one device of this type? */
  mayShare(u: number, v: number, type: number): boolean;
  isBefore(u: number, v: number): boolean;
}

export interface Delays {
  /** The starts without delays, and the least delay of each op. */
  readonly startUs: Float64Array;
  readonly leastUs: Float64Array;
  /** `remoteUs` without delays; that of the direction counts them from both ends of its step. */
  remoteUs(dependency: number, u: number, v: number, type: number): number;
  /**
   * The delay of v less that of u, at least, where v waits for u; minus infinity where nothing is
   * known.
   */
  gainUs(u: number, v: number): number;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Fills `startUs`, shape [opCount x typeCount]. At most `reach` ops are taken in for an op, which
 * leaves a smaller bound at worst.
 */
export function findEarliestStarts(
  { order, start, before, dependency, occupiedUs, floorUs, remoteUs, mayShare, isBefore }: Direction,
  { opCount, typeCount, unitOf, unitCount }: Units,
  reach: number,
  startUs: Float64Array,
  delays?: Delays,
): void {
  const members = membersOf(unitOf, unitCount);
  const apartUs = new Float64Array(before.length * typeCount);
  const plainApartUs = delays === undefined ? apartUs : new Float64Array(apartUs.length);
  const machine = createOneMachine(reach);
  /**
   * The op and type whose start is looked for, and when each op was last a candidate for it or
   * taken in.
   */
  let anchor = -1;
  let type = -1;
  let search = 0;
  const considered = new Int32Array(opCount);
  const taken = new Int32Array(opCount);
  const candidates = new Int32Array(opCount);
  let candidateCount = 0;
  /** Ops that are here because of their units, not yet taken in. */
  const mates = new Int32Array(opCount);
  let mateCount = 0;
  const unitFollowed = new Int32Array(unitCount);
  /**
   * The least start of the anchor with this candidate elsewhere; what runs here between this op's
   * end and the anchor.
   */
  const elsewhereUs = new Float64Array(opCount);
  const afterUs = new Float64Array(opCount);
  /** The anchor's delay: at least so much, and at least so much more than that of each op. */
  let leastDelayUs = 0;
  const gainedUs = new Float64Array(opCount);

  for (let position = 0; position < opCount; position++) {
    anchor = order[position];
    for (type = 0; type < typeCount; type++) {
      const i = anchor * typeCount + type;
      for (let k = start[anchor]; k < start[anchor + 1]; k++) {
        const j = k * typeCount + type;
        const isTied = unitOf[before[k]] === unitOf[anchor];
        apartUs[j] = isTied ? NEVER : remoteUs(dependency[k], before[k], anchor, type);
        if (delays !== undefined)
          plainApartUs[j] = isTied ? NEVER : delays.remoteUs(dependency[k], before[k], anchor, type);
      }
      leastDelayUs = delays === undefined ? 0 : delays.leastUs[anchor];
      gainedUs[anchor] = 0;
      startUs[i] = occupiedUs[i] === NEVER ? NEVER : leastStart(floorUs[i] + leastDelayUs);
    }
  }

  function leastStart(floor: number): number {
    search++;
    candidateCount = 0;
    mateCount = 0;
    machine.clear();
    follow(anchor, 0);
    followUnit(anchor);
    let leastUs = NEVER;
    for (;;) {
      while (mateCount > 0 && machine.size < reach) if (!takeIn(mates[--mateCount])) return leastUs;
      const at = latestCandidate();
      const othersUs = mateCount > 0 ? NEVER : at < 0 ? floor : elsewhereUs[candidates[at]];
      if (othersUs < leastUs) {
        const turnsUs = Math.max(floor, machine.endUs(afterUs));
        leastUs = Math.min(leastUs, Math.max(turnsUs, othersUs));
        if (turnsUs >= othersUs) return leastUs;
      } else if (machine.leastEndUs() >= leastUs) return leastUs;
      if (at < 0 && mateCount === 0) return leastUs;
      if (machine.size === reach) return Math.min(leastUs, Math.max(floor, machine.endUs(afterUs)));
      const u = candidates[at];
      candidates[at] = candidates[--candidateCount];
      if (!takeIn(u)) return leastUs;
    }
  }

  function latestCandidate(): number {
    let latest = -1;
    for (let at = 0; at < candidateCount; at++) {
      // Some were taken in with their units.
      while (at < candidateCount && taken[candidates[at]] === search)
        candidates[at] = candidates[--candidateCount];
      if (at === candidateCount) break;
      if (latest < 0 || elsewhereUs[candidates[at]] > elsewhereUs[candidates[latest]]) latest = at;
    }
    return latest;
  }

  /** False where it cannot be here. */
  function takeIn(u: number): boolean {
    const i = u * typeCount + type;
    if (occupiedUs[i] === NEVER || !mayShare(u, anchor, type)) return false;
    taken[u] = search;
    const headUs =
      delays === undefined
        ? startUs[i]
        : Math.max(delays.startUs[i] + leastDelayUs, startUs[i] + gainedUs[u]);
    machine.add(u, headUs, occupiedUs[i]);
    follow(u, occupiedUs[i] + afterUs[u]);
    followUnit(u);
    return true;
  }

  /** What op w waits for, given that w is here and starts at least `restUs` before the anchor. */
  function follow(w: number, restUs: number): void {
    for (let k = start[w]; k < start[w + 1]; k++) {
      const u = before[k];
      const j = k * typeCount + type;
      if (taken[u] !== search) consider(u, w, elsewhere(j, w) + restUs, restUs);
      else if (restUs > afterUs[u]) {
        afterUs[u] = restUs;
        follow(u, restUs + occupiedUs[u * typeCount + type]);
      }
    }
  }

  /**
   * The least start of w, and delay of the anchor, where what w waits for by entry j is elsewhere.
   */
  function elsewhere(j: number, w: number): number {
    if (delays === undefined || plainApartUs[j] === NEVER) return plainApartUs[j];
    return Math.max(plainApartUs[j] + leastDelayUs, apartUs[j] + gainedUs[w]);
  }

  /** What shares a unit with w is here as well. */
  function followUnit(w: number): void {
    if (unitFollowed[unitOf[w]] === search) return;
    unitFollowed[unitOf[w]] = search;
    for (const u of members[unitOf[w]]) {
      if (taken[u] === search || u === anchor || !isBefore(u, anchor)) continue;
      consider(u, w, NEVER, 0);
      mates[mateCount++] = u;
    }
  }

  function consider(u: number, w: number, us: number, restUs: number): void {
    const gained = delays === undefined ? 0 : delays.gainUs(u, w) + gainedUs[w];
    if (considered[u] === search) {
      gainedUs[u] = Math.max(gainedUs[u], gained);
      elsewhereUs[u] = Math.max(elsewhereUs[u], us);
      afterUs[u] = Math.max(afterUs[u], restUs);
      return;
    }
    considered[u] = search;
    gainedUs[u] = gained;
    elsewhereUs[u] = us;
    afterUs[u] = restUs;
    candidates[candidateCount++] = u;
  }
}

function membersOf(unitOf: Int32Array, unitCount: number): readonly number[][] {
  const members: number[][] = Array.from({ length: unitCount }, () => []);
  unitOf.forEach((unit, v) => {
    members[unit].push(v);
  });
  return members;
}
