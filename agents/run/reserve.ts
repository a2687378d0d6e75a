/**
 * A meter that keeps some of its evaluations back: training sees a smaller budget, and what was
 * kept is there for the agent's greedy plan after `release`. Counts, curve and best plan are the
 * meter's own.
 */
import { BudgetExhausted, type MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";

export interface Reserve {
  readonly evaluator: MeteredEvaluator;
  release(): void;
}

export function withReserve(meter: MeteredEvaluator, evaluations: number): Reserve {
  let kept = evaluations;
  const allow = (): void => {
    if (meter.remaining <= kept && kept > 0) throw new BudgetExhausted("evaluations");
  };
  const evaluator: MeteredEvaluator = {
    scenario: meter.scenario,
    unit: meter.unit,
    ceiling: meter.ceiling,
    budget: meter.budget,
    evaluate(plan) {
      allow();
      return meter.evaluate(plan);
    },
    batch: (plans) => plans.map((plan) => evaluator.evaluate(plan)),
    move(plan, group, device) {
      allow();
      return meter.move(plan, group, device);
    },
    bounds: () => meter.bounds(),
    bound: () => meter.bound(),
    lastResort: (plan) => meter.lastResort(plan),
    get spent() {
      return meter.spent;
    },
    get remaining() {
      return Math.max(0, meter.remaining - kept);
    },
    get elapsedSeconds() {
      return meter.elapsedSeconds;
    },
    get exhausted() {
      return meter.exhausted || (kept > 0 && meter.remaining <= kept);
    },
    get refused() {
      return meter.refused;
    },
    get best() {
      return meter.best;
    },
    get curve() {
      return meter.curve;
    },
  };
  return {
    evaluator,
    release() {
      kept = 0;
    },
  };
}
