/**
 * What a training run needs to go on: the agent's state, the lengths of the logs and the meter's
 * state. The best plan is kept without its outcome. Scoring it again gives the same outcome, and
 * shows at once whether the simulator has changed since. Clock readings are kept apart, so that
 * equal runs have equal checkpoints.
 */

import { InputError } from "../../env/model/errors.ts";
import { placement } from "../../env/model/plan/placement.ts";
import type { Evaluator } from "../../env/sim/evaluator/contract.ts";
import type { CurvePoint, MeteredEvaluator, MeterState } from "../../env/sim/evaluator/meter.ts";

export const CHECKPOINT = "checkpoint/state.json";
export const TIMES = "times.json";

export interface Checkpoint {
  readonly update: number;
  readonly metricsBytes: number;
  readonly plansBytes: number;
  readonly meter: SavedMeter;
  /** `Agent.save()`. */
  readonly agent: unknown;
}

export interface SavedMeter {
  readonly spent: number;
  readonly best: {
    readonly device: readonly number[];
    readonly evaluation: number;
    readonly cost: number;
  } | null;
  readonly curve: readonly Omit<CurvePoint, "seconds">[];
}

export interface MeterTimes {
  readonly seconds: number;
  /** Seconds at each point of the curve. */
  readonly curveSeconds: readonly number[];
}

export function meterTimes({ elapsedSeconds, curve }: MeteredEvaluator): MeterTimes {
  return { seconds: elapsedSeconds, curveSeconds: curve.map(({ seconds }) => seconds) };
}

export function meterState({ spent, best, curve }: MeteredEvaluator): SavedMeter {
  return {
    spent,
    best:
      best === null
        ? null
        : { device: Array.from(best.plan.device), evaluation: best.evaluation, cost: best.outcome.cost },
    curve: curve.map(({ seconds: _, ...point }) => point),
  };
}

/** `inner` scores the best plan again; it is not charged, because it was when it was found. */
export function restoredMeterState(saved: SavedMeter, times: MeterTimes, inner: Evaluator): MeterState {
  const { spent, best } = saved;
  // The times are written before their checkpoint, so they are of this one or of a later one.
  const curve = saved.curve.map((point, i) => ({ ...point, seconds: times.curveSeconds[i] }));
  const state = { spent, elapsedSeconds: times.seconds, curve };
  if (best === null) return { ...state, best: null };
  const plan = placement(best.device);
  const outcome = inner.evaluate(plan);
  if (outcome.cost !== best.cost)
    throw new InputError(
      `The checkpoint's best plan scored ${best.cost}, but scores ${outcome.cost} now; the simulator has changed since.`,
    );
  return { ...state, best: { plan, outcome, evaluation: best.evaluation } };
}
