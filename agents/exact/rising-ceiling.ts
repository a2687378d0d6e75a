/**
 * The ideals program below rising ceilings: the search meets far fewer ideals below a value near the optimum than below the value
 * of the first split at hand, so it looks first a little above a lower bound, then higher and higher. The first ceiling
 * below which there is a split has the optimum below it, for the search returns the best of all splits below its ceiling.
 *
 * Rounds that fail must be cheap: where the lower bound is too far below the optimum one of them meets nearly all that the last
 * one will, so a round that takes long is given up for the search below the value at hand, if there is one.
 */
import { type SearchLimits, type SplitResult, searchIdeals } from "./ideals.ts";
import type { SplitProblem } from "./split-problem.ts";
import { workWindows } from "./work-windows.ts";

const FIRST_SHARE = 1 / 128;
const GROWTH = 3;
/** After a round that took long and found nothing: where nothing fits, all rounds from some ceiling on are equally long. */
const GROWTH_AFTER_LONG = 81;
/** Transitions after which a round is given up. */
const PATIENCE = 1_500_000;
/** From here on a ceiling tells nothing any more. */
const LAST_SHARE = 1e6;

export interface RisingSearch {
  /** Only splits of smaller max load are looked for. */
  readonly upperUs: number;
  readonly limits: SearchLimits;
}

/** As `searchIdeals`, with the ideals of the last round and the transitions of all. */
export function* searchBelowRisingCeiling(
  problem: SplitProblem,
  { upperUs, limits }: RisingSearch,
): Generator<void, SplitResult, boolean | undefined> {
  const { lowerUs } = workWindows(problem);
  let transitions = 0;
  for (let share = FIRST_SHARE; ; ) {
    const above = share < LAST_SHARE && lowerUs > 0 ? lowerUs * (1 + share) : Number.POSITIVE_INFINITY;
    const left = limits.transitions - transitions;
    const mayGiveUp = above < upperUs && upperUs !== Number.POSITIVE_INFINITY && left > PATIENCE;
    const round = yield* searchIdeals(problem, {
      upperUs: Math.min(upperUs, above),
      limits: { ...limits, transitions: mayGiveUp ? PATIENCE : left },
      chain: false,
    });
    transitions += round.transitions;
    const givenUp = mayGiveUp && round.transitions > PATIENCE;
    if (givenUp) share = LAST_SHARE;
    else if (round.split !== null || !round.complete || !round.ceilingMet || above >= upperUs)
      return { ...round, transitions };
    else share *= round.transitions > PATIENCE ? GROWTH_AFTER_LONG : GROWTH;
  }
}
