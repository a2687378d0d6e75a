/**
 * Splits the elements of two devices again (assignment-pair.ts) as long as that lowers the larger
 * load of any two. The result is a local optimum of a large neighbourhood: it contains all moves,
 * exchanges and clusters between two devices.
 */

import { deviceTimes } from "../../problems/split/element-times.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type PairLimits, type PairSplit, splitPair } from "./assignment-pair.ts";
import type { MaxLoadState } from "./max-load-state.ts";

export interface PolishLimits extends PairLimits {
  /** The most pairs to try. */
  readonly tries: number;
}

/** A smaller improvement, as a share, may be rounding. */
const ROUNDING = 1e-7;

/**
 * Yields after every pair that is tried, and ends if the caller answers `true`. Pairs with the
 * largest load come first, and among these the partners with the least load. Each step lowers the
 * falling sequence of loads lexicographically, so that the search ends.
 */
export function* polishPairs(
  state: MaxLoadState,
  order: Int32Array,
  { tries, ...limits }: PolishLimits,
): Generator<void, void, boolean | undefined> {
  const { problem, loadUs, deviceOf } = state;
  const times = deviceTimes(problem);
  let tried = 0;
  for (;;) {
    let found: PairSplit | null = null;
    for (const [larger, smaller] of pairsByLoad(loadUs)) {
      const upperUs = loadUs[larger] * (1 - ROUNDING);
      const pair = { devices: [larger, smaller], order, assigned: deviceOf, upperUs } as const;
      found = splitPair(problem, times, pair, limits);
      if (++tried >= tries || (yield)) return;
      if (found !== null && fits(problem, times.limitBytes, found)) break;
      found = null;
    }
    if (found === null) return;
    found.elements.forEach((v, i) => {
      state.move(v, found.deviceOf[i]);
    });
    state.reset(deviceOf.slice());
  }
}

function pairsByLoad(loadUs: Float64Array): [larger: number, smaller: number][] {
  const rising = [...loadUs.keys()].sort((a, b) => loadUs[a] - loadUs[b] || a - b);
  return rising.flatMap((_, i) => {
    const larger = rising[rising.length - 1 - i];
    return rising.slice(0, rising.length - 1 - i).map((smaller): [number, number] => [larger, smaller]);
  });
}

function fits(
  { memoryBytes }: SplitProblem,
  limitBytes: Float64Array,
  { elements, deviceOf }: PairSplit,
): boolean {
  const held = new Float64Array(limitBytes.length);
  elements.forEach((v, i) => {
    held[deviceOf[i]] += memoryBytes[v];
  });
  return held.every((bytes, d) => bytes <= limitBytes[d]);
}
