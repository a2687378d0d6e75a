/**
 * A meter that allows a part of a method so many evaluations and no more: what goes beyond is
 * refused as a spent budget is. Counts, curve and best plan are the meter's own.
 */
import { BudgetExhausted, type MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";

export function withAllowance(meter: MeteredEvaluator, evaluations: number): MeteredEvaluator {
  const until = meter.spent + evaluations;
  const allow = (): void => {
    if (meter.spent >= until) throw new BudgetExhausted("evaluations");
  };
  const allowed: MeteredEvaluator = Object.create(meter, {
    evaluate: {
      value: (plan: Parameters<MeteredEvaluator["evaluate"]>[0]) => {
        allow();
        return meter.evaluate(plan);
      },
    },
    batch: {
      value: (plans: Parameters<MeteredEvaluator["batch"]>[0]) => plans.map((plan) => allowed.evaluate(plan)),
    },
    move: {
      value: (...move: Parameters<MeteredEvaluator["move"]>) => {
        allow();
        return meter.move(...move);
      },
    },
    remaining: { get: () => Math.max(0, Math.min(meter.remaining, until - meter.spent)) },
    exhausted: { get: () => meter.exhausted || meter.spent >= until },
  });
  return allowed;
}
