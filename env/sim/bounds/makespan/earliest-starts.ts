/**
 * The earliest start of each op, for each device type that can run it. What an op waits for is on
 * the op's own device or arrives over the fastest route. This is the lower bound of Papadimitriou
 * and Yannakakis ("Towards an architecture-independent analysis of parallel algorithms", SIAM J.
 * Computing 1990), without their duplication and for devices of several types.
 *
 * Suppose that v starts at time e. Then three kinds of ops are on v's device and end before v:
 *
 * - a producer of v whose output cannot arrive from another device by e;
 * - a producer of such a producer that could not arrive there in time, and so on;
 * - every ancestor of v that shares a unit with v or with one of these ops.
 *
 * Ops on one device take turns. Consider their one-machine schedule (jackson.ts), with heads and
 * with what still has to run between each op and v. Where it does not end by e, v does not start at
 * e. The least e without such a contradiction is found by adding ops to the device, one after the
 * other. The next op is the one that needs the latest e to be on another device. The search ends
 * when no further op can lead to an earlier start.
 *
 * The code is written for one direction of time; ends are starts of the reversed graph. With
 * `Delays` it bounds each op's start plus something that is delayed with it (training-chain.ts says
 * what). The argument is the same, and every step also counts what the delay gains by it.
 */
import { createOneMachine, type OneMachine } from "../jackson.ts";
import type { Units } from "../units.ts";

/** A graph seen in one direction of time. */
export interface Direction {
  /** Every op after those that it waits for. */
  readonly order: ArrayLike<number>;
  /** Op v waits for op before[k] by dependency[k], from start[v] to start[v + 1]. */
  readonly start: Int32Array;
  readonly before: Int32Array;
  readonly dependency: Int32Array;
  /**
   * Time on the device and least start of each op, shape [opCount x typeCount]; `Infinity` where
   * the type cannot run the op.
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
   * A lower bound on the delay of v less that of u, where v waits for u; minus infinity where
   * nothing is known.
   */
  gainUs(u: number, v: number): number;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Fills `startUs`, shape [opCount x typeCount]. At most `reach` ops are added to the device of an
 * op, which at worst leaves a smaller bound.
 */
export function findEarliestStarts(
  direction: Direction,
  units: Units,
  reach: number,
  startUs: Float64Array,
  delays?: Delays,
): void {
  const { order, start, before, dependency, occupiedUs, floorUs, remoteUs } = direction;
  const { opCount, typeCount, unitOf } = units;
  const search = new StartSearch(direction, units, reach, startUs, delays);
  const { apartUs, plainApartUs } = search;
  for (let position = 0; position < opCount; position++) {
    const v = order[position];
    for (let type = 0; type < typeCount; type++) {
      for (let k = start[v]; k < start[v + 1]; k++) {
        const j = k * typeCount + type;
        const isTied = unitOf[before[k]] === unitOf[v];
        apartUs[j] = isTied ? NEVER : remoteUs(dependency[k], before[k], v, type);
        if (delays !== undefined)
          plainApartUs[j] = isTied ? NEVER : delays.remoteUs(dependency[k], before[k], v, type);
      }
      const i = v * typeCount + type;
      startUs[i] = occupiedUs[i] === NEVER ? NEVER : search.leastStart(v, type, floorUs[i]);
    }
  }
}

/** The search for the least start of one op, the *anchor*, on one device type; reused for all. */
class StartSearch {
  /**
   * Least start of an op with what it waits for by one entry on another device, by entry and type.
   */
  readonly apartUs: Float64Array;
  /** The same without delays; the same array where there are none. */
  readonly plainApartUs: Float64Array;
  readonly #direction: Direction;
  readonly #delays: Delays | undefined;
  readonly #startUs: Float64Array;
  readonly #typeCount: number;
  readonly #unitOf: Int32Array;
  readonly #members: readonly number[][];
  readonly #reach: number;
  /** The ops that are known to be on the anchor's device. */
  readonly #machine: OneMachine;
  #anchor = -1;
  #type = -1;
  /** The anchor's least delay. */
  #leastDelayUs = 0;
  /**
   * Number of the search, and when each op was last a candidate or added, and each unit followed.
   */
  #search = 0;
  readonly #considered: Int32Array;
  readonly #added: Int32Array;
  readonly #unitFollowed: Int32Array;
  readonly #candidates: Int32Array;
  #candidateCount = 0;
  /** Ops that are on the device because of their units, not yet added. */
  readonly #mates: Int32Array;
  #mateCount = 0;
  /** Of each candidate: the anchor's least start where the candidate is on another device. */
  readonly #elsewhereUs: Float64Array;
  /** Of each candidate: what runs on the device between its end and the anchor. */
  readonly #afterUs: Float64Array;
  /** A lower bound on the anchor's delay less that of each op. */
  readonly #gainedUs: Float64Array;

  constructor(
    direction: Direction,
    { opCount, typeCount, unitOf, unitCount }: Units,
    reach: number,
    startUs: Float64Array,
    delays: Delays | undefined,
  ) {
    this.apartUs = new Float64Array(direction.before.length * typeCount);
    this.plainApartUs = delays === undefined ? this.apartUs : new Float64Array(this.apartUs.length);
    this.#direction = direction;
    this.#delays = delays;
    this.#startUs = startUs;
    this.#typeCount = typeCount;
    this.#unitOf = unitOf;
    this.#members = membersOf(unitOf, unitCount);
    this.#reach = reach;
    this.#machine = createOneMachine(reach);
    this.#considered = new Int32Array(opCount);
    this.#added = new Int32Array(opCount);
    this.#unitFollowed = new Int32Array(unitCount);
    this.#candidates = new Int32Array(opCount);
    this.#mates = new Int32Array(opCount);
    this.#elsewhereUs = new Float64Array(opCount);
    this.#afterUs = new Float64Array(opCount);
    this.#gainedUs = new Float64Array(opCount);
  }

  /** The least start of op v on a type, delay included. */
  leastStart(v: number, type: number, floorUs: number): number {
    this.#begin(v, type);
    const floor = floorUs + this.#leastDelayUs;
    const machine = this.#machine;
    const candidates = this.#candidates;
    const elsewhereUs = this.#elsewhereUs;
    const afterUs = this.#afterUs;
    const reach = this.#reach;
    let leastUs = NEVER;
    for (;;) {
      while (this.#mateCount > 0 && machine.size < reach)
        if (!this.#add(this.#mates[--this.#mateCount])) return leastUs;
      const latest = this.#latestCandidate();
      const hasMates = this.#mateCount > 0;
      const othersUs = hasMates ? NEVER : latest < 0 ? floor : elsewhereUs[candidates[latest]];
      if (othersUs < leastUs) {
        const turnsUs = Math.max(floor, machine.endUs(afterUs));
        leastUs = Math.min(leastUs, Math.max(turnsUs, othersUs));
        if (turnsUs >= othersUs) return leastUs;
      } else if (machine.leastEndUs() >= leastUs) return leastUs;
      if (latest < 0 && !hasMates) return leastUs;
      if (machine.size === reach) return Math.min(leastUs, Math.max(floor, machine.endUs(afterUs)));
      const u = candidates[latest];
      candidates[latest] = candidates[--this.#candidateCount];
      if (!this.#add(u)) return leastUs;
    }
  }

  #begin(anchor: number, type: number): void {
    this.#anchor = anchor;
    this.#type = type;
    this.#search++;
    this.#candidateCount = 0;
    this.#mateCount = 0;
    this.#leastDelayUs = this.#delays === undefined ? 0 : this.#delays.leastUs[anchor];
    this.#gainedUs[anchor] = 0;
    this.#machine.clear();
    this.#follow(anchor, 0);
    this.#followUnit(anchor);
  }

  /** Position of the candidate that needs the latest start to be on another device; -1 for none. */
  #latestCandidate(): number {
    const candidates = this.#candidates;
    const added = this.#added;
    const elsewhereUs = this.#elsewhereUs;
    const search = this.#search;
    let count = this.#candidateCount;
    let latest = -1;
    for (let i = 0; i < count; i++) {
      // Some candidates were added with their units.
      while (i < count && added[candidates[i]] === search) candidates[i] = candidates[--count];
      if (i === count) break;
      if (latest < 0 || elsewhereUs[candidates[i]] > elsewhereUs[candidates[latest]]) latest = i;
    }
    this.#candidateCount = count;
    return latest;
  }

  /** Adds an op to the anchor's device; false where it cannot be there. */
  #add(u: number): boolean {
    const { occupiedUs, mayShare } = this.#direction;
    const i = u * this.#typeCount + this.#type;
    if (occupiedUs[i] === NEVER || this.#startUs[i] === NEVER) return false;
    if (!mayShare(u, this.#anchor, this.#type)) return false;
    this.#added[u] = this.#search;
    this.#machine.add(u, this.#headUs(u, i), occupiedUs[i]);
    this.#follow(u, occupiedUs[i] + this.#afterUs[u]);
    this.#followUnit(u);
    return true;
  }

  #headUs(u: number, i: number): number {
    const startUs = this.#startUs[i];
    if (this.#delays === undefined) return startUs;
    return Math.max(this.#delays.startUs[i] + this.#leastDelayUs, startUs + this.#gainedUs[u]);
  }

  /**
   * Considers what op w waits for: w is on the device and starts `restUs` or more before the
   * anchor.
   */
  #follow(w: number, restUs: number): void {
    const { start, before, occupiedUs } = this.#direction;
    const added = this.#added;
    const afterUs = this.#afterUs;
    const search = this.#search;
    const typeCount = this.#typeCount;
    const type = this.#type;
    for (let k = start[w]; k < start[w + 1]; k++) {
      const u = before[k];
      if (added[u] !== search) this.#consider(u, w, this.#remoteUs(k * typeCount + type, w) + restUs, restUs);
      else if (restUs > afterUs[u]) {
        afterUs[u] = restUs;
        this.#follow(u, restUs + occupiedUs[u * typeCount + type]);
      }
    }
  }

  /** Least start of w plus delay of the anchor, where what w waits for by entry j is elsewhere. */
  #remoteUs(j: number, w: number): number {
    const plainUs = this.plainApartUs[j];
    if (this.#delays === undefined || plainUs === NEVER) return plainUs;
    return Math.max(plainUs + this.#leastDelayUs, this.apartUs[j] + this.#gainedUs[w]);
  }

  /** What shares a unit with w is on the device as well. */
  #followUnit(w: number): void {
    const unit = this.#unitOf[w];
    if (this.#unitFollowed[unit] === this.#search) return;
    this.#unitFollowed[unit] = this.#search;
    for (const u of this.#members[unit]) {
      if (this.#added[u] === this.#search || u === this.#anchor) continue;
      if (!this.#direction.isBefore(u, this.#anchor)) continue;
      this.#consider(u, w, NEVER, 0);
      this.#mates[this.#mateCount++] = u;
    }
  }

  /** Op u is a candidate because of w, with these values of `#elsewhereUs` and `#afterUs`. */
  #consider(u: number, w: number, us: number, restUs: number): void {
    const gainedUs = this.#gainedUs;
    const elsewhereUs = this.#elsewhereUs;
    const afterUs = this.#afterUs;
    const gained = this.#delays === undefined ? 0 : this.#delays.gainUs(u, w) + gainedUs[w];
    if (this.#considered[u] === this.#search) {
      gainedUs[u] = Math.max(gainedUs[u], gained);
      elsewhereUs[u] = Math.max(elsewhereUs[u], us);
      afterUs[u] = Math.max(afterUs[u], restUs);
      return;
    }
    this.#considered[u] = this.#search;
    gainedUs[u] = gained;
    elsewhereUs[u] = us;
    afterUs[u] = restUs;
    this.#candidates[this.#candidateCount++] = u;
  }
}

function membersOf(unitOf: Int32Array, unitCount: number): readonly number[][] {
  const members: number[][] = Array.from({ length: unitCount }, () => []);
  unitOf.forEach((unit, v) => {
    members[unit].push(v);
  });
  return members;
}
