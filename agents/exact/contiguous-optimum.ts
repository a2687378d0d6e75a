/**
 * The optimal contiguous split of a scenario, whatever its memory limits: the ideals program on the elements of the reference
 * program, and where merging idle ops into their neighbours may have cost something, the proof that it did not, or the
 * program on elements without such merges.
 *
 * The proof: with the merged ops weightless no split is below the one found. It nearly always holds, and spares the exact
 * elements, of which there can be so many more that their ideals are past counting.
 */
import type { Plan, Scenario } from "../../env/index.ts";
import { contract, contractExactly } from "./contract.ts";
import { type SearchLimits, type SplitResult, searchIdeals } from "./ideals.ts";
import { searchBelowRisingCeiling } from "./rising-ceiling.ts";
import { splitPlan } from "./split-plan.ts";
import { splitProblem, withoutGuests } from "./split-problem.ts";

export interface Split {
  readonly plan: Plan;
  readonly valueUs: number;
}

export interface ContiguousAnswer {
  readonly split: Split | null;
  /** True where the split is optimal, or where there is none. */
  readonly proven: boolean;
  /** Elements of the reference program. */
  readonly elements: number;
  /** Ideals and transitions of all searches together. */
  readonly ideals: number;
  readonly transitions: number;
  /** The limit that kept the answer from being proven. */
  readonly endedBy: "ideals" | "transitions" | "caller" | null;
}

/** Yields each better split, and null now and then so that the caller can let others run or end the search by `true`. */
export function* contiguousOptimum(
  scenario: Scenario,
  limits: SearchLimits,
): Generator<Split | null, ContiguousAnswer, boolean | undefined> {
  let split: Split | null = null;
  let ideals = 0;
  let transitions = 0;
  const endOf = (search: SplitResult): ContiguousAnswer["endedBy"] =>
    search.ideals > limits.ideals ? "ideals" : transitions > limits.transitions ? "transitions" : "caller";
  const count = (search: SplitResult) => {
    ideals += search.ideals;
    transitions += search.transitions;
  };
  const answer = (last: SplitResult): ContiguousAnswer => ({
    split,
    proven: last.complete,
    elements: problem.elements.count,
    ideals,
    transitions,
    endedBy: last.complete ? null : endOf(last),
  });
  const upperUs = () => split?.valueUs ?? Number.POSITIVE_INFINITY;
  const left = () => ({ ...limits, transitions: limits.transitions - transitions });

  const problem = splitProblem(scenario, contract(scenario));
  const line = yield* quietly(searchIdeals(problem, { upperUs: upperUs(), limits: left(), chain: true }));
  count(line);
  if (line.split !== null) {
    split = { plan: splitPlan(problem, line.split.stages), valueUs: line.split.valueUs };
    yield split;
  }
  if (!line.complete) return answer(line);

  const all = yield* quietly(searchBelowRisingCeiling(problem, { upperUs: upperUs(), limits: left() }));
  count(all);
  if (all.split !== null) {
    split = { plan: splitPlan(problem, all.split.stages), valueUs: all.split.valueUs };
    yield split;
  }
  if (!all.complete || problem.elements.lossless) return answer(all);

  const relaxed = yield* quietly(
    searchBelowRisingCeiling(withoutGuests(problem), { upperUs: upperUs(), limits: left() }),
  );
  count(relaxed);
  if (!relaxed.complete || relaxed.split === null) return answer(relaxed);

  const exactProblem = splitProblem(scenario, contractExactly(scenario));
  const exact = yield* quietly(
    searchBelowRisingCeiling(exactProblem, { upperUs: upperUs(), limits: left() }),
  );
  count(exact);
  if (exact.split !== null) {
    split = { plan: splitPlan(exactProblem, exact.split.stages), valueUs: exact.split.valueUs };
    yield split;
  }
  return answer(exact);
}

/** A search's breaths as ours. */
function* quietly(
  search: Generator<void, SplitResult, boolean | undefined>,
): Generator<null, SplitResult, boolean | undefined> {
  for (let step = search.next(); ; step = search.next(yield null)) if (step.done === true) return step.value;
}
