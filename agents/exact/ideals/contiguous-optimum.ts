/**
 * The optimal contiguous split of a scenario under any memory limits.
 *
 * The ideals program runs on the elements of the reference program. Their merges of idle ops into
 * neighbours may cost something. A second run proves that they did not: with the merged ops
 * weightless no split is below the one found. Where this proof fails, the program runs on elements
 * without such merges.
 *
 * The proof nearly always holds. It avoids the exact elements, of which there can be so many that
 * their ideals cannot be enumerated.
 */

import { contract, contractExactly } from "../../../env/model/layers/elements.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { splitPlan } from "../../problems/split/split-plan.ts";
import {
  type SplitProblem,
  splitProblem,
  withoutMergedIdle,
  withoutMisfits,
} from "../../problems/split/split-problem.ts";
import { type SearchLimits, type SplitResult, type StagedSplit, searchIdeals } from "./ideals.ts";
import { searchByThresholds, type ThresholdSearchOptions } from "./threshold-search.ts";
import { workWindows } from "./work-windows.ts";

export interface Split {
  readonly plan: Placement;
  readonly valueUs: number;
}

export interface ContiguousAnswer {
  readonly split: Split | null;
  /** True where the split is optimal, or where there is none. */
  readonly proven: boolean;
  /** No contiguous split is below it. Infinite where there is none at all. */
  readonly lowerUs: number;
  /** Elements of the reference program. */
  readonly elements: number;
  /** Ideals and transitions of all searches together. */
  readonly ideals: number;
  readonly transitions: number;
  /** The limit that kept the answer from being proven. */
  readonly endedBy: SplitResult["endedBy"];
}

type Steps<R> = Generator<Split | null, R, boolean | undefined>;
type Start<R> = (search: ThresholdSearchOptions) => Generator<StagedSplit | null, R, boolean | undefined>;

/**
 * Yields each better split, and null now and then so that the caller can let others run. An answer
 * of `true` ends the search.
 */
export function contiguousOptimum(scenario: Scenario, limits: SearchLimits): Steps<ContiguousAnswer> {
  return new ContiguousSearch(scenario, limits).run();
}

/**
 * DPL: the best split of one topological order of the reference program's elements. Proven means
 * that no split of that order is below it.
 */
export function linearOptimum(scenario: Scenario, limits: SearchLimits): Steps<ContiguousAnswer> {
  return new ContiguousSearch(scenario, limits).runAlongTheLine();
}

class ContiguousSearch {
  readonly #scenario: Scenario;
  readonly #limits: SearchLimits;
  readonly #problem: SplitProblem;
  #split: Split | null = null;
  #lowerUs = 0;
  #ideals = 0;
  #transitions = 0;

  constructor(scenario: Scenario, limits: SearchLimits) {
    this.#scenario = scenario;
    this.#limits = limits;
    this.#problem = withoutMisfits(splitProblem(scenario, contract(scenario)));
  }

  *run(): Steps<ContiguousAnswer> {
    const problem = this.#problem;
    const { lossless } = problem.elements;
    const relaxed = lossless ? problem : withoutMisfits(withoutMergedIdle(problem));
    this.#lowerUs = workWindows(relaxed).lowerUs;
    const line = yield* this.#followLine();
    if (!line.complete) return this.#answer(line);
    const all = yield* this.#follow(problem, (search) => searchByThresholds(problem, search));
    if (lossless) this.#lowerUs = Math.min(all.lowerUs, this.#upperUs);
    if (!all.complete || lossless) return this.#answer(all);
    const below = yield* this.#follow(null, (search) => searchByThresholds(relaxed, search));
    this.#lowerUs = Math.min(below.lowerUs, this.#upperUs);
    if (!below.complete || below.split === null) return this.#answer(below);
    return yield* this.#searchExactElements();
  }

  *runAlongTheLine(): Steps<ContiguousAnswer> {
    return this.#answer(yield* this.#followLine());
  }

  *#followLine(): Steps<SplitResult> {
    const problem = this.#problem;
    return yield* this.#follow(problem, (search) => searchIdeals(problem, { ...search, ...ALONG_THE_LINE }));
  }

  /** The program on the elements without merges that may cost something. */
  *#searchExactElements(): Steps<ContiguousAnswer> {
    const problem = withoutMisfits(splitProblem(this.#scenario, contractExactly(this.#scenario)));
    const exact = yield* this.#follow(problem, (search) => searchByThresholds(problem, search));
    this.#lowerUs = Math.max(this.#lowerUs, Math.min(exact.lowerUs, this.#upperUs));
    return this.#answer(exact);
  }

  get #upperUs(): number {
    return this.#split?.valueUs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Runs a search below the best value. Its splits count where they are splits of a `placed`
   * problem.
   */
  *#follow<R extends SplitResult>(placed: SplitProblem | null, start: Start<R>): Steps<R> {
    const limits = { ...this.#limits, transitions: this.#limits.transitions - this.#transitions };
    const search = start({ upperUs: this.#upperUs, limits });
    for (let step = search.next(); ; step = search.next(yield this.#take(placed, step.value))) {
      if (step.done !== true) continue;
      this.#ideals += step.value.ideals;
      this.#transitions += step.value.transitions;
      const last = this.#take(placed, step.value.split);
      if (last !== null) yield last;
      return step.value;
    }
  }

  /** The split as a plan where it is better than the best one, which it then becomes. */
  #take(placed: SplitProblem | null, found: StagedSplit | null): Split | null {
    if (found === null || placed === null || found.valueUs >= this.#upperUs) return null;
    this.#split = { plan: splitPlan(placed, found.stages), valueUs: found.valueUs };
    return this.#split;
  }

  #answer({ complete, endedBy }: SplitResult): ContiguousAnswer {
    return {
      split: this.#split,
      proven: complete,
      lowerUs: this.#lowerUs,
      elements: this.#problem.elements.count,
      ideals: this.#ideals,
      transitions: this.#transitions,
      endedBy,
    };
  }
}

const ALONG_THE_LINE = { floorUs: 0, chain: true, order: "size", dominance: null } as const;

const QUICK_LIMITS = { ideals: 100_000, transitions: 2_000_000 };

/**
 * A contiguous split for a solver to start from, with its max load, found within small limits. Null
 * where none fits.
 */
export function quickSplit(scenario: Scenario): Split | null {
  const search = contiguousOptimum(scenario, QUICK_LIMITS);
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value.split;
}
