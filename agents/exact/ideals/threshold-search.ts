/**
 * The ideals program below ceilings between a lower bound and the best value known. Asked only
 * whether there is any split below a ceiling, with the floor at that ceiling, the program drops
 * nearly every set, for nearly every one could take more along. So the gap is closed by such
 * questions, first from the lower bound upwards in growing steps, then nearer to the lower bound
 * than to the upper one, for a question that is answered by no is the cheaper the lower it is;
 * where the gap is small the best split in it is looked for.
 *
 * A question that is not answered quickly from the most promising ideals first is asked again in
 * order of size, which goes on from each ideal once. Where transfers are long against run times few
 * sets can take more along, all questions cost the same, and one search of the whole gap is the
 * shortest way: it is tried at the first question that is not answered quickly.
 */

import type { SplitProblem } from "../../problems/split-problem.ts";
import { allAbsorbable, dominanceOf } from "./dominance.ts";
import {
  type SearchLimits,
  type SearchOrder,
  type SplitResult,
  type StagedSplit,
  searchIdeals,
} from "./ideals.ts";
import { workWindows } from "./work-windows.ts";

const FIRST_SHARE = 1 / 128;
const GROWTH = 2;
/** Where in the gap the next question is. */
const PART = 1 / 4;
/** A gap of this share of the lower bound is searched as a whole. */
const SMALL_GAP = 0.002;
/**
 * Transitions of a question before it is asked in order of size, and of the one early search of the
 * whole gap.
 */
const QUICK = 300_000;
const WHOLE_GAP = 6_000_000;
/**
 * After so many long questions in vain the best split known may well be optimal, which is asked
 * next.
 */
const MOST_VAIN = 2;
/** The floor of a question lies below its ceiling. */
const JUST_BELOW = 1 - 1e-12;

export interface ThresholdSearchOptions {
  /** Only splits of smaller max load are looked for. */
  readonly upperUs: number;
  readonly limits: SearchLimits;
}

export interface ThresholdResult extends SplitResult {
  /** No split below `upperUs` is below this. */
  readonly lowerUs: number;
}

type Answer = "some" | "none" | "unknown";

/**
 * As `searchIdeals`, yielding each better split, with the ideals of the largest search and the
 * transitions of all.
 */
export function* searchByThresholds(
  problem: SplitProblem,
  search: ThresholdSearchOptions,
): Generator<StagedSplit | null, ThresholdResult, boolean | undefined> {
  const { limits } = search;
  const dominance = dominanceOf(problem);
  const startUs = workWindows(problem).lowerUs;
  let lowerUs = startUs;
  let upperUs = search.upperUs;
  let split: SplitResult["split"] = null;
  let endedBy: SplitResult["endedBy"] = null;
  let transitions = 0;
  let ideals = 0;
  let isWholeGapTried = false;

  if (upperUs === Number.POSITIVE_INFINITY && lowerUs < upperUs) yield* ask(upperUs);
  for (let share = FIRST_SHARE; isOpen() && startUs > 0; share *= GROWTH) {
    const ceilingUs = startUs * (1 + share);
    if (ceilingUs >= upperUs || (yield* ask(ceilingUs)) !== "none") break;
  }
  for (let vain = 0; isOpen() && lowerUs > 0 && upperUs > lowerUs * (1 + SMALL_GAP); ) {
    const before = transitions;
    const answer = yield* ask(vain < MOST_VAIN ? lowerUs + (upperUs - lowerUs) * PART : upperUs);
    if (answer === "some") vain = 0;
    else if (transitions - before > 2 * QUICK) vain++;
  }
  if (isOpen()) yield* closeGap("promise", QUICK);
  if (isOpen()) yield* closeGap("size", limits.transitions);
  const complete = lowerUs >= upperUs;
  return { split, complete, endedBy: complete ? null : endedBy, ideals, transitions, lowerUs };

  function isOpen(): boolean {
    return lowerUs < upperUs && endedBy === null;
  }

  /** Is there a split below the ceiling? */
  function* ask(ceilingUs: number): Generator<StagedSplit | null, Answer, boolean | undefined> {
    const isAny = ceilingUs === Number.POSITIVE_INFINITY;
    const floorUs = isAny ? Number.MAX_VALUE : ceilingUs * JUST_BELOW;
    const quick = yield* run(ceilingUs, floorUs, "promise", QUICK);
    if (quick !== "unknown") return quick;
    if (!isWholeGapTried && !isAny) {
      isWholeGapTried = true;
      const answer = yield* closeGap("size", WHOLE_GAP);
      if (!isOpen() || upperUs <= ceilingUs) return answer;
    }
    return yield* run(ceilingUs, floorUs, "size", limits.transitions);
  }

  /** Looks for the best split of all that is still possible. */
  function* closeGap(
    order: SearchOrder,
    most: number,
  ): Generator<StagedSplit | null, Answer, boolean | undefined> {
    const answer = yield* run(upperUs, lowerUs, order, most);
    if (answer !== "unknown") lowerUs = upperUs;
    return answer;
  }

  /** One search; it moves the bounds. */
  function* run(
    ceilingUs: number,
    floorUs: number,
    order: SearchOrder,
    most: number,
  ): Generator<StagedSplit | null, Answer, boolean | undefined> {
    if (endedBy !== null) return "unknown";
    const left = limits.transitions - transitions;
    const found = yield* searchIdeals(problem, {
      upperUs: ceilingUs,
      floorUs,
      limits: { ...limits, transitions: Math.min(left, most) },
      chain: false,
      order,
      dominance: floorUs === Number.MAX_VALUE ? allAbsorbable(problem, dominance) : dominance,
    });
    transitions += found.transitions;
    ideals = Math.max(ideals, found.ideals);
    if (found.split !== null) {
      split = found.split;
      upperUs = found.split.valueUs;
      if ((yield split) === true) endedBy = "caller";
    }
    if (!found.complete) {
      const isOverall = found.endedBy !== "transitions" || transitions > limits.transitions;
      if (isOverall) endedBy ??= found.endedBy;
      return "unknown";
    }
    if (found.split !== null) return "some";
    lowerUs = ceilingUs;
    return "none";
  }
}
