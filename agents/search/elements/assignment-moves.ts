/**
 * Random moves for a search over assignments: one element to another device, an exchange of two, or
 * a cluster of connected elements. A cluster grows along the nets of one element and moves as a
 * whole. Where communication is expensive, single moves must pass through worse assignments; a
 * cluster avoids them. No move exceeds a memory limit.
 *
 * The operators of search/groups/proposals.ts differ: they move groups of a plan, and learn their
 * shares.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Nets } from "../../problems/split/split-problem.ts";
import type { AssignmentState } from "./assignment-state.ts";

const LARGEST_CLUSTER = 48;
/** Shares of the kinds of moves; the rest are clusters. */
const SINGLE = 0.5;
const EXCHANGE = 0.25;
/** How often an element goes to the device of one of its neighbours, not to any device. */
const FOLLOWS = 0.7;
const EXCHANGES_WITH_NEIGHBOUR = 0.3;

/** Random moves of a state, one at a time. */
export interface Moves {
  /**
   * Makes a random move. False if it does not fit or changes nothing; the caller must then undo it
   * as well.
   */
  make(): boolean;
  /** Takes back the last move. */
  undo(): void;
}

export function createElementMoves(state: AssignmentState, rng: Rng): ElementMoves {
  return new ElementMoves(state, rng);
}

export class ElementMoves implements Moves {
  private readonly state: AssignmentState;
  private readonly rng: Rng;
  private readonly nets: Nets;
  private readonly deviceOf: Int32Array;
  /** What the last move relocated so far, and the devices that it came from. */
  private readonly moved = new Int32Array(LARGEST_CLUSTER);
  private readonly cameFrom = new Int32Array(LARGEST_CLUSTER);
  private movedCount = 0;
  /** Number of the last cluster that held the element. */
  private readonly clusterOf: Int32Array;
  private cluster = 0;

  constructor(state: AssignmentState, rng: Rng) {
    this.state = state;
    this.rng = rng;
    this.nets = state.problem.nets;
    this.deviceOf = state.deviceOf;
    this.clusterOf = new Int32Array(state.deviceOf.length);
  }

  make(): boolean {
    this.movedCount = 0;
    this.state.mark();
    const kind = this.rng.next();
    if (kind < SINGLE) return this.moveOne();
    return kind < SINGLE + EXCHANGE ? this.exchange() : this.moveCluster();
  }

  undo(): void {
    const { state, moved, cameFrom } = this;
    while (this.movedCount > 0) state.move(moved[--this.movedCount], cameFrom[this.movedCount]);
    state.rewind();
  }

  private moveOne(): boolean {
    const v = this.rng.int(this.deviceOf.length);
    return this.relocateIfFits(v, this.targetFor(v));
  }

  private exchange(): boolean {
    const { state, rng, deviceOf } = this;
    const v = rng.int(deviceOf.length);
    const w =
      rng.next() < EXCHANGES_WITH_NEIGHBOUR
        ? randomNeighbour(this.nets, v, this.rng)
        : rng.int(deviceOf.length);
    const a = deviceOf[v];
    const b = deviceOf[w];
    if (a === b || !state.fitsWithout(v, b, w) || !state.fitsWithout(w, a, v)) return false;
    this.relocate(v, b);
    this.relocate(w, a);
    return true;
  }

  /** A random element and elements connected to it leave one device for another. */
  private moveCluster(): boolean {
    const { rng, deviceOf, clusterOf, moved } = this;
    const v = rng.int(deviceOf.length);
    const from = deviceOf[v];
    const to = this.targetFor(v);
    const wanted = 2 + Math.floor((LARGEST_CLUSTER - 2) * rng.next() ** 3);
    const cluster = ++this.cluster;
    clusterOf[v] = cluster;
    if (!this.relocateIfFits(v, to)) return false;
    for (let tries = 3 * wanted; tries > 0 && this.movedCount < wanted; tries--) {
      const w = randomNeighbour(this.nets, moved[rng.int(this.movedCount)], rng);
      if (deviceOf[w] !== from || clusterOf[w] === cluster) continue;
      clusterOf[w] = cluster;
      if (!this.relocateIfFits(w, to)) return false;
    }
    return true;
  }

  private relocate(v: number, to: number): void {
    this.moved[this.movedCount] = v;
    this.cameFrom[this.movedCount++] = this.deviceOf[v];
    this.state.move(v, to);
  }

  private relocateIfFits(v: number, to: number): boolean {
    if (!this.state.fits(v, to)) return false;
    this.relocate(v, to);
    return true;
  }

  private targetFor(v: number): number {
    const from = this.deviceOf[v];
    const near = this.deviceOf[randomNeighbour(this.nets, v, this.rng)];
    if (near !== from && this.rng.next() < FOLLOWS) return near;
    const { deviceCount } = this.state;
    return (from + 1 + this.rng.int(deviceCount - 1)) % deviceCount;
  }
}

/** A random element of a random net of the element; it may be the element itself. */
export function randomNeighbour(nets: Nets, v: number, rng: Rng): number {
  const { elementStart, ofElement, pinStart, pins } = nets;
  const from = elementStart[v];
  const count = elementStart[v + 1] - from;
  if (count === 0) return v;
  const h = ofElement[from + rng.int(count)];
  return pins[pinStart[h] + rng.int(pinStart[h + 1] - pinStart[h])];
}
