/**
 * An evaluator that has scores of plans before they are evaluated, because other processes made
 * them. It answers such a plan with the outcome that the evaluator under it would give, and at
 * once. So a meter over it refuses, counts and records the same.
 *
 * A score has no start times and no peaks. Where they are read, the plan runs here, and `reruns`
 * counts what it would without scores. For that the evaluator under it is first brought to where it
 * would be, which the plan that was evaluated last decides.
 */
import { copyPlan, equalPlans, type Plan, type PlanKindName } from "../../model/plan/plan.ts";
import type { Evaluator, Outcome } from "./contract.ts";

/** What a process tells of a plan. */
export type PlanScore = Pick<Outcome, "feasible" | "value" | "cost" | "violation" | "shortfall">;

export interface ScoredAhead {
  readonly evaluator: Evaluator;
  /**
   * Keeps the scores of plans, null where there is none, in place of those kept before. Each serves
   * one evaluation. The plans are not changed later.
   */
  keep(plans: readonly Plan[], scores: readonly (PlanScore | null)[]): void;
}

/** A plan that was evaluated. */
interface Evaluated {
  readonly plan: Plan;
  /** Of the evaluator under this one; null where it has not run the plan. */
  outcome: Outcome | null;
}

interface Kept {
  readonly plan: Plan;
  readonly score: PlanScore;
}

export function scoredAhead(inner: Evaluator): ScoredAhead {
  let kept: Kept[] = [];
  /** An evaluator may have an engine for each kind of plan. */
  const last = new Map<PlanKindName, Evaluated>();

  /** Runs the last plans, where that was left out. */
  function catchUp(): void {
    for (const evaluated of last.values()) evaluated.outcome ??= inner.evaluate(evaluated.plan);
  }

  /** The outcome to read times and peaks of, with `inner` where it would be by now. */
  function ran(evaluated: Evaluated): Outcome {
    catchUp();
    if (evaluated.outcome !== null) return evaluated.outcome;
    evaluated.outcome = inner.evaluate(evaluated.plan);
    const after = last.get(evaluated.plan.kind);
    // Its own outcome stays, with what was read of it.
    if (after !== undefined) inner.evaluate(after.plan);
    return evaluated.outcome;
  }

  function evaluate(plan: Plan): Outcome {
    const at = kept.findIndex((each) => equalPlans(each.plan, plan));
    const [known] = at < 0 ? [] : kept.splice(at, 1);
    const outcome = known === undefined ? inner.evaluate(plan) : null;
    const evaluated: Evaluated = { plan: known?.plan ?? copyPlan(plan), outcome };
    last.set(plan.kind, evaluated);
    return outcomeOf(known?.score ?? outcome!, () => ran(evaluated));
  }

  const evaluator: Evaluator = Object.create(inner, {
    evaluate: { value: evaluate },
    batch: { value: (plans: readonly Plan[]) => plans.map(evaluate) },
    around: {
      value: (plan: Plan) => {
        const neighbours = inner.around(plan);
        if (neighbours === null) return null;
        return {
          move(group: number, device: number): Outcome {
            catchUp();
            const moved = neighbours.move(group, device);
            return outcomeOf(moved, () => {
              catchUp();
              return moved;
            });
          },
        };
      },
    },
  });
  return {
    evaluator,
    keep(plans, scores) {
      kept = plans.flatMap((plan, i) => {
        const score = scores[i];
        return score === null ? [] : [{ plan, score }];
      });
    },
  };
}

/** What another process needs of an outcome. */
export const scoreOf = ({ feasible, value, cost, violation, shortfall }: PlanScore): PlanScore => ({
  feasible,
  value,
  cost,
  violation,
  ...(shortfall !== undefined && { shortfall }),
});

/** `ran` answers what has times and peaks. */
const outcomeOf = (score: PlanScore, ran: () => Outcome): Outcome =>
  Object.defineProperties(scoreOf(score), {
    peakBytes: { get: () => ran().peakBytes, enumerable: true },
    startUs: { get: () => ran().startUs, enumerable: true },
  }) as Outcome;
