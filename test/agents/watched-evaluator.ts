/** An evaluator that tells every plan before it scores it, moved ones with what they came from. */
import { type Evaluator, movedPlan, type Plan } from "../../env/index.ts";

export interface Watch {
  readonly onEvaluate?: (plan: Plan) => void;
  readonly onMove?: (plan: Plan, group: number, device: number) => void;
}

export const watchedEvaluator = (inner: Evaluator, { onEvaluate, onMove }: Watch): Evaluator => ({
  ...inner,
  evaluate(plan) {
    onEvaluate?.(plan);
    return inner.evaluate(plan);
  },
  around(plan) {
    const neighbours = inner.around(plan)!;
    return {
      move(group, device) {
        onMove?.(plan, group, device);
        return neighbours.move(group, device);
      },
    };
  },
});

/** Tells the plans that are scored, whichever way. */
export const recordedEvaluator = (inner: Evaluator, onScored: (plan: Plan) => void): Evaluator =>
  watchedEvaluator(inner, {
    onEvaluate: onScored,
    onMove: (plan, group, device) => onScored(movedPlan(inner.scenario, plan, group, device)),
  });
