/**
 * The optimum by threshold questions: is there any split below T? The ideals program answers each
 * question with its floor at T.
 *
 * Such a question is far easier than the optimum, because nearly every set could absorb another one
 * and is pruned. A question whose answer is no is cheaper the lower T is. So the search closes the
 * gap between the lower bound and the best value known in three phases:
 *
 *   1. thresholds rise from the lower bound in growing steps until the answer is not no;
 *   2. thresholds divide the gap, nearer to the lower bound than to the upper one;
 *   3. where the gap is small, one search looks for the best split in it.
 *
 * Each question is asked with the most promising ideals first. Without a quick answer it is asked
 * again in order of size, which expands each ideal once.
 *
 * Where transfers are long against run times, few sets can absorb more and all questions cost the
 * same. One search of the whole gap is then the shortest way. It is tried at the first question
 * without a quick answer.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { allAbsorbable, type Dominance, dominanceOf } from "./dominance.ts";
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
/** Where in the gap the next threshold is. */
const PART = 1 / 4;
/** A gap of this share of the lower bound is searched as a whole. */
const SMALL_GAP = 0.002;
/** Transitions of a question before it is asked in order of size. */
const QUICK = 300_000;
/** Transitions of the one early search of the whole gap. */
const WHOLE_GAP = 6_000_000;
/** After so many long questions in vain the best split known may be optimal: that is asked next. */
const MOST_VAIN = 2;
/** The floor of a question, as a share of its threshold. */
const JUST_BELOW = 1 - 1e-12;

export interface ThresholdSearchOptions {
  /** Only splits of smaller max load are searched for. */
  readonly upperUs: number;
  readonly limits: SearchLimits;
}

export interface ThresholdResult extends SplitResult {
  /** No split below `upperUs` is below this. */
  readonly lowerUs: number;
}

type Answer = "some" | "none" | "unknown";
type Steps<R> = Generator<StagedSplit | null, R, boolean | undefined>;

/** One run of the ideals program. */
interface Question {
  readonly thresholdUs: number;
  readonly floorUs: number;
  readonly order: SearchOrder;
  readonly mostTransitions: number;
}

/**
 * As `searchIdeals`, and yields each better split. `ideals` is that of the largest run, and
 * `transitions` that of all runs.
 */
export function searchByThresholds(
  problem: SplitProblem,
  options: ThresholdSearchOptions,
): Steps<ThresholdResult> {
  return new ThresholdSearch(problem, options).run();
}

class ThresholdSearch {
  readonly #problem: SplitProblem;
  readonly #limits: SearchLimits;
  readonly #dominance: Dominance;
  readonly #startUs: number;
  #lowerUs: number;
  #upperUs: number;
  #split: StagedSplit | null = null;
  #endedBy: SplitResult["endedBy"] = null;
  #transitions = 0;
  #ideals = 0;
  #isWholeGapTried = false;

  constructor(problem: SplitProblem, { upperUs, limits }: ThresholdSearchOptions) {
    this.#problem = problem;
    this.#limits = limits;
    this.#dominance = dominanceOf(problem);
    this.#startUs = workWindows(problem).lowerUs;
    this.#lowerUs = this.#startUs;
    this.#upperUs = upperUs;
  }

  *run(): Steps<ThresholdResult> {
    if (this.#upperUs === Number.POSITIVE_INFINITY && this.#isOpen()) yield* this.#ask(this.#upperUs);
    yield* this.#raiseThresholds();
    yield* this.#divideGap();
    if (this.#isOpen()) yield* this.#closeGap("promise", QUICK);
    if (this.#isOpen()) yield* this.#closeGap("size", this.#limits.transitions);
    const complete = this.#lowerUs >= this.#upperUs;
    return {
      split: this.#split,
      complete,
      endedBy: complete ? null : this.#endedBy,
      ideals: this.#ideals,
      transitions: this.#transitions,
      lowerUs: this.#lowerUs,
    };
  }

  #isOpen(): boolean {
    return this.#lowerUs < this.#upperUs && this.#endedBy === null;
  }

  *#raiseThresholds(): Steps<void> {
    for (let share = FIRST_SHARE; this.#isOpen() && this.#startUs > 0; share *= GROWTH) {
      const thresholdUs = this.#startUs * (1 + share);
      if (thresholdUs >= this.#upperUs || (yield* this.#ask(thresholdUs)) !== "none") return;
    }
  }

  *#divideGap(): Steps<void> {
    const isWide = () => this.#lowerUs > 0 && this.#upperUs > this.#lowerUs * (1 + SMALL_GAP);
    for (let vain = 0; this.#isOpen() && isWide(); ) {
      const before = this.#transitions;
      const within = this.#lowerUs + (this.#upperUs - this.#lowerUs) * PART;
      const answer = yield* this.#ask(vain < MOST_VAIN ? within : this.#upperUs);
      if (answer === "some") vain = 0;
      else if (this.#transitions - before > 2 * QUICK) vain++;
    }
  }

  /** Is there a split below the threshold? */
  *#ask(thresholdUs: number): Steps<Answer> {
    const isAny = thresholdUs === Number.POSITIVE_INFINITY;
    const floorUs = isAny ? Number.MAX_VALUE : thresholdUs * JUST_BELOW;
    const quick = yield* this.#search({ thresholdUs, floorUs, order: "promise", mostTransitions: QUICK });
    if (quick !== "unknown") return quick;
    if (!this.#isWholeGapTried && !isAny) {
      this.#isWholeGapTried = true;
      const answer = yield* this.#closeGap("size", WHOLE_GAP);
      if (!this.#isOpen() || this.#upperUs <= thresholdUs) return answer;
    }
    const mostTransitions = this.#limits.transitions;
    return yield* this.#search({ thresholdUs, floorUs, order: "size", mostTransitions });
  }

  /** Searches for the best split that is still possible. */
  *#closeGap(order: SearchOrder, mostTransitions: number): Steps<Answer> {
    const answer = yield* this.#search({
      thresholdUs: this.#upperUs,
      floorUs: this.#lowerUs,
      order,
      mostTransitions,
    });
    if (answer !== "unknown") this.#lowerUs = this.#upperUs;
    return answer;
  }

  /** One run of the ideals program, which moves the bounds. */
  *#search({ thresholdUs, floorUs, order, mostTransitions }: Question): Steps<Answer> {
    if (this.#endedBy !== null) return "unknown";
    const transitions = Math.min(this.#limits.transitions - this.#transitions, mostTransitions);
    const isAny = floorUs === Number.MAX_VALUE;
    const found = yield* searchIdeals(this.#problem, {
      upperUs: thresholdUs,
      floorUs,
      limits: { ...this.#limits, transitions },
      chain: false,
      order,
      dominance: isAny ? allAbsorbable(this.#problem, this.#dominance) : this.#dominance,
    });
    this.#transitions += found.transitions;
    this.#ideals = Math.max(this.#ideals, found.ideals);
    if (found.split !== null) {
      this.#split = found.split;
      this.#upperUs = found.split.valueUs;
      if ((yield found.split) === true) this.#endedBy = "caller";
    }
    if (!found.complete) {
      const isOverall = found.endedBy !== "transitions" || this.#transitions > this.#limits.transitions;
      if (isOverall) this.#endedBy ??= found.endedBy;
      return "unknown";
    }
    if (found.split !== null) return "some";
    this.#lowerUs = thresholdUs;
    return "none";
  }
}
