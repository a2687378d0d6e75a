/**
 * Proposals for a search over assignments: one element to another device, an exchange of two, or a
 * connected cluster that grows over the nets of one element and moves as a whole. Where
 * communication is dear, single moves have to climb over walls that a cluster walks around. Memory
 * is never exceeded.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { AssignmentState } from "./assignment-state.ts";

export interface Proposals {
  /**
   * Makes a random proposal; false where it does not fit or changes nothing: then it has to be
   * undone as well.
   */
  make(): boolean;
  /** Takes back the moves of the last proposal. */
  undo(): void;
}

const LARGEST_CLUSTER = 48;
/** Shares of the kinds of proposals; the rest are clusters. */
const SINGLE = 0.5;
const EXCHANGE = 0.25;
/** How often an element goes where one of its neighbours is, rather than anywhere. */
const FOLLOWS = 0.7;
const EXCHANGES_WITH_NEIGHBOUR = 0.3;

export function createProposals(state: AssignmentState, rng: Rng): Proposals {
  const { deviceOf, deviceCount, problem } = state;
  const { elementStart, ofElement, pinStart, pins } = problem.nets;
  const n = problem.elements.count;
  const moved = new Int32Array(LARGEST_CLUSTER);
  const home = new Int32Array(LARGEST_CLUSTER);
  let movedCount = 0;
  const clusterOf = new Int32Array(n);
  let cluster = 0;

  const relocate = (v: number, to: number): void => {
    moved[movedCount] = v;
    home[movedCount++] = deviceOf[v];
    state.move(v, to);
  };
  const relocateIfFits = (v: number, to: number): boolean => {
    if (!state.fits(v, to)) return false;
    relocate(v, to);
    return true;
  };
  const neighbourOf = (v: number): number => {
    const from = elementStart[v];
    const count = elementStart[v + 1] - from;
    if (count === 0) return v;
    const h = ofElement[from + rng.int(count)];
    return pins[pinStart[h] + rng.int(pinStart[h + 1] - pinStart[h])];
  };
  const targetFor = (v: number): number => {
    const from = deviceOf[v];
    const near = deviceOf[neighbourOf(v)];
    return near !== from && rng.next() < FOLLOWS ? near : (from + 1 + rng.int(deviceCount - 1)) % deviceCount;
  };
  const single = (): boolean => {
    const v = rng.int(n);
    return relocateIfFits(v, targetFor(v));
  };
  const exchange = (): boolean => {
    const v = rng.int(n);
    const w = rng.next() < EXCHANGES_WITH_NEIGHBOUR ? neighbourOf(v) : rng.int(n);
    const [a, b] = [deviceOf[v], deviceOf[w]];
    if (a === b || !state.fitsWithout(v, b, w) || !state.fitsWithout(w, a, v)) return false;
    relocate(v, b);
    relocate(w, a);
    return true;
  };
  const moveCluster = (): boolean => {
    const v = rng.int(n);
    const from = deviceOf[v];
    const to = targetFor(v);
    const wanted = 2 + Math.floor((LARGEST_CLUSTER - 2) * rng.next() ** 3);
    clusterOf[v] = ++cluster;
    if (!relocateIfFits(v, to)) return false;
    for (let tries = 3 * wanted; tries > 0 && movedCount < wanted; tries--) {
      const w = neighbourOf(moved[rng.int(movedCount)]);
      if (deviceOf[w] !== from || clusterOf[w] === cluster) continue;
      clusterOf[w] = cluster;
      if (!relocateIfFits(w, to)) return false;
    }
    return true;
  };

  return {
    make() {
      movedCount = 0;
      state.mark();
      const kind = rng.next();
      if (kind < SINGLE) return single();
      return kind < SINGLE + EXCHANGE ? exchange() : moveCluster();
    },
    undo() {
      while (movedCount > 0) state.move(moved[--movedCount], home[movedCount]);
      state.rewind();
    },
  };
}
