/**
 * The budget, metered by the evaluator itself: methods see only a `MeteredEvaluator`, every call of
 * which costs one evaluation, cached, aborted and incremental calls included. The meter keeps the
 * best plan and the anytime curve, so that whatever a method was doing when the budget ended,
 * nothing is lost.
 */
import { InputError } from "../../model/errors.ts";
import type { Plan } from "../../model/plan/placement.ts";
import type { Evaluator, Outcome } from "./contract.ts";
import { movedPlan } from "./move.ts";

export interface Budget {
  /** Calls of the evaluator; default unlimited. */
  readonly evaluations?: number;
  /** Wall-clock seconds; default unlimited. A run that this stops is marked time-limited. */
  readonly seconds?: number;
}

/**
 * Thrown by a metered evaluator when no budget is left; the runner catches it, a method need not.
 */
export class BudgetExhausted extends Error {
  override readonly name = "BudgetExhausted";
  readonly reason: "evaluations" | "seconds" | "stopped";
  constructor(reason: "evaluations" | "seconds" | "stopped") {
    super(`The budget of ${reason} is spent.`);
    this.reason = reason;
  }
}

export interface CurvePoint {
  /** Evaluations spent when the improvement was found, from 1. */
  readonly evaluations: number;
  readonly seconds: number;
  /** `Outcome.cost` of the best plan so far. */
  readonly cost: number;
  readonly feasible: boolean;
}

export interface MeteredEvaluator extends Evaluator {
  readonly budget: Budget;
  /**
   * Scores a plan although a clock or a signal has ended the run, where nothing was scored before:
   * then no run ends with nothing. Charged as any other; null where there is no such need.
   */
  lastResort(plan: Plan): Outcome | null;
  /** Evaluations spent. */
  readonly spent: number;
  /** Evaluations left, `Infinity` where the budget does not count them. */
  readonly remaining: number;
  /** Seconds since the meter was made. */
  readonly elapsedSeconds: number;
  /** True where nothing more may be evaluated. */
  readonly exhausted: boolean;
  /** Why the meter last refused a call, or null. */
  readonly refused: BudgetExhausted["reason"] | null;
  readonly best: { readonly plan: Plan; readonly outcome: Outcome; readonly evaluation: number } | null;
  readonly curve: readonly CurvePoint[];
}

/** Where an interrupted run's meter stood, for the meter of the run that goes on. */
export interface MeterState {
  readonly spent: number;
  readonly elapsedSeconds: number;
  readonly best: MeteredEvaluator["best"];
  readonly curve: readonly CurvePoint[];
}

export interface MeterOptions {
  /**
   * Seconds on any steady clock; needed for a budget in seconds. Nothing here reads a clock of its
   * own.
   */
  readonly clock?: () => number;
  /** Ends the run at the next call when aborted. */
  readonly signal?: AbortSignal;
  /** Called after every evaluation, for progress. */
  readonly onEvaluation?: (meter: MeteredEvaluator) => void;
  /** Goes on from here instead of from nothing; the budget counts what was spent before. */
  readonly from?: MeterState;
}

export function metered(inner: Evaluator, budget: Budget, options: MeterOptions = {}): MeteredEvaluator {
  checkBudget(budget, options);
  const limit = budget.evaluations ?? Number.POSITIVE_INFINITY;
  const clock = options.clock ?? (() => 0);
  const startedAt = clock() - (options.from?.elapsedSeconds ?? 0);
  const curve: CurvePoint[] = [...(options.from?.curve ?? [])];
  let spent = options.from?.spent ?? 0;
  let best: MeteredEvaluator["best"] = options.from?.best ?? null;
  let refused: MeteredEvaluator["refused"] = null;

  const reasonToStop = (): MeteredEvaluator["refused"] => {
    if (options.signal?.aborted) return "stopped";
    if (spent >= limit) return "evaluations";
    if (budget.seconds !== undefined && clock() - startedAt >= budget.seconds) return "seconds";
    return null;
  };
  const charge = (score: () => Outcome, plan: () => Plan): Outcome => {
    const reason = reasonToStop();
    if (reason !== null) {
      refused = reason;
      throw new BudgetExhausted(reason);
    }
    return scored(score, plan);
  };
  const scored = (score: () => Outcome, plan: () => Plan): Outcome => {
    spent++;
    const outcome = score();
    if (best === null || outcome.cost < best.outcome.cost) {
      best = { plan: plan(), outcome, evaluation: spent };
      curve.push({
        evaluations: spent,
        seconds: clock() - startedAt,
        cost: outcome.cost,
        feasible: outcome.feasible,
      });
    }
    options.onEvaluation?.(meter);
    return outcome;
  };

  const meter: MeteredEvaluator = {
    scenario: inner.scenario,
    unit: inner.unit,
    ceiling: inner.ceiling,
    budget,
    curve,
    evaluate: (plan) =>
      charge(
        () => inner.evaluate(plan),
        () => copyOf(plan),
      ),
    batch: (plans) => plans.map((plan) => meter.evaluate(plan)),
    move: (plan, group, device) =>
      charge(
        () => inner.move(plan, group, device),
        () => movedPlan(inner.scenario, plan, group, device),
      ),
    bounds: () => inner.bounds(),
    bound: () => inner.bound(),
    lastResort(plan) {
      const reason = reasonToStop();
      if (best !== null || reason === null || reason === "evaluations") return null;
      refused = reason;
      return scored(
        () => inner.evaluate(plan),
        () => copyOf(plan),
      );
    },
    get spent() {
      return spent;
    },
    get remaining() {
      return Math.max(0, limit - spent);
    },
    get elapsedSeconds() {
      return clock() - startedAt;
    },
    get exhausted() {
      return reasonToStop() !== null;
    },
    get refused() {
      return refused;
    },
    get best() {
      return best;
    },
  };
  return meter;
}

function checkBudget({ evaluations, seconds }: Budget, { clock }: MeterOptions): void {
  if (evaluations !== undefined && (!Number.isInteger(evaluations) || evaluations < 1))
    throw new InputError(`The budget is ${evaluations} evaluations, expected a whole number of at least 1.`);
  if (seconds === undefined) return;
  if (!(seconds > 0)) throw new InputError(`The budget is ${seconds} seconds, expected a number above 0.`);
  if (clock === undefined) throw new Error("A budget in seconds needs a clock.");
}

const copyOf = (plan: Plan): Plan => ({ ...plan, device: plan.device.slice() });
