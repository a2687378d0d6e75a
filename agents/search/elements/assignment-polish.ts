/**
 * Deals out anew what two devices hold (assignment-pair.ts) as long as that lowers the larger load
 * of any two: the local optimum of a neighbourhood that holds all moves, exchanges and clusters
 * between two devices at once.
 */

import { deviceTimes } from "../../problems/element-times.ts";
import type { SplitProblem } from "../../problems/split-problem.ts";
import { type PairLimits, type PairSplit, splitPair } from "./assignment-pair.ts";
import type { MaxLoadState } from "./max-load-state.ts";

export interface PolishLimits extends PairLimits {
  /** Pairs tried. */
  readonly tries: number;
}

/** A smaller improvement may be rounding. */
const ROUNDING = 1e-7;

/**
 * Yields after every pair that is tried, and ends where the caller answers `true`. Pairs of larger
 * loads come first, and of these the partners of least load: each step lowers the loads in falling
 * order like words in a dictionary, so that there is an end.
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
      found = splitPair(problem, times, order, deviceOf, [larger, smaller], upperUs, limits);
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
