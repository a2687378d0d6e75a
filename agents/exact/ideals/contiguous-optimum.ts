/**
 * The optimal contiguous split of a scenario, whatever its memory limits: the ideals program on the
 * elements of the reference program, and where merging idle ops into their neighbours may have cost
 * something, the proof that it did not, or the program on elements without such merges.
 *
 * The proof: with the merged ops weightless no split is below the one found. It nearly always
 * holds, and spares the exact elements, of which there can be so many more that their ideals are
 * past counting.
 */
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { contract, contractExactly } from "../../problems/elements.ts";
import { splitPlan } from "../../problems/split-plan.ts";
import {
  type SplitProblem,
  splitProblem,
  withoutMergedIdle,
  withoutMisfits,
} from "../../problems/split-problem.ts";
import { type SearchLimits, type SplitResult, type StagedSplit, searchIdeals } from "./ideals.ts";
import { searchByThresholds, type ThresholdSearchOptions } from "./threshold-search.ts";
import { workWindows } from "./work-windows.ts";

export interface Split {
  readonly plan: Plan;
  readonly valueUs: number;
}

export interface ContiguousAnswer {
  readonly split: Split | null;
  /** True where the split is optimal, or where there is none. */
  readonly proven: boolean;
  /** No contiguous split is below it; infinite where there is none at all. */
  readonly lowerUs: number;
  /** Elements of the reference program. */
  readonly elements: number;
  /** Ideals and transitions of all searches together. */
  readonly ideals: number;
  readonly transitions: number;
  /** The limit that kept the answer from being proven. */
  readonly endedBy: SplitResult["endedBy"];
}

/**
 * Yields each better split, and null now and then so that the caller can let others run or end the
 * search by `true`.
 */
export function* contiguousOptimum(
  scenario: Scenario,
  limits: SearchLimits,
): Generator<Split | null, ContiguousAnswer, boolean | undefined> {
  const problem = withoutMisfits(splitProblem(scenario, contract(scenario)));
  const { lossless } = problem.elements;
  const relaxed = lossless ? problem : withoutMisfits(withoutMergedIdle(problem));
  let split: Split | null = null;
  let lowerUs = workWindows(relaxed).lowerUs;
  let ideals = 0;
  let transitions = 0;

  const line = yield* follow(problem, (search) => searchIdeals(problem, { ...search, ...ALONG_THE_LINE }));
  if (!line.complete) return answer(line);
  const all = yield* follow(problem, (search) => searchByThresholds(problem, search));
  if (lossless) lowerUs = Math.min(all.lowerUs, upperUs());
  if (!all.complete || lossless) return answer(all);
  const below = yield* follow(null, (search) => searchByThresholds(relaxed, search));
  lowerUs = Math.min(below.lowerUs, upperUs());
  if (!below.complete || below.split === null) return answer(below);
  const exactProblem = withoutMisfits(splitProblem(scenario, contractExactly(scenario)));
  const exact = yield* follow(exactProblem, (search) => searchByThresholds(exactProblem, search));
  lowerUs = Math.max(lowerUs, Math.min(exact.lowerUs, upperUs()));
  return answer(exact);

  function upperUs(): number {
    return split?.valueUs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Lets a search below the best value run; its splits are ours where they are splits of a `placed`
   * problem.
   */
  function* follow<R extends SplitResult>(
    placed: SplitProblem | null,
    start: (search: ThresholdSearchOptions) => Generator<StagedSplit | null, R, boolean | undefined>,
  ): Generator<Split | null, R, boolean | undefined> {
    const search = start({
      upperUs: upperUs(),
      limits: { ...limits, transitions: limits.transitions - transitions },
    });
    const take = (found: StagedSplit | null): Split | null => {
      if (found === null || placed === null || found.valueUs >= upperUs()) return null;
      split = { plan: splitPlan(placed, found.stages), valueUs: found.valueUs };
      return split;
    };
    for (let step = search.next(); ; step = search.next(yield take(step.value))) {
      if (step.done !== true) continue;
      ideals += step.value.ideals;
      transitions += step.value.transitions;
      const last = take(step.value.split);
      if (last !== null) yield last;
      return step.value;
    }
  }

  function answer({ complete, endedBy }: SplitResult): ContiguousAnswer {
    const elements = problem.elements.count;
    return { split, proven: complete, lowerUs, elements, ideals, transitions, endedBy };
  }
}

const ALONG_THE_LINE = { floorUs: 0, chain: true, order: "size", dominance: null } as const;

const QUICK_LIMITS = { ideals: 100_000, transitions: 2_000_000 };

/**
 * A contiguous split for a solver to start from, with its max load, found within small limits; null
 * where none fits.
 */
export function quickSplit(scenario: Scenario): Split | null {
  const search = contiguousOptimum(scenario, QUICK_LIMITS);
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value.split;
}
