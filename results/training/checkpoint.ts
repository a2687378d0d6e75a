/**
 * What a training run needs to go on: the agent's state, the lengths of the logs and the state of
 * each scenario's meter. A best plan is kept without its outcome. Scoring it again gives the same
 * outcome, and shows at once whether the simulator has changed since. Clock readings are kept
 * apart, so that equal runs have equal checkpoints.
 */
import { InputError } from "../../env/model/errors.ts";
import { planToJson } from "../../env/model/plan/plan.ts";
import { planIn } from "../../env/model/plan/plan-file.ts";
import type { Evaluator } from "../../env/sim/evaluator/contract.ts";
import type { Ledger, SavedMeterState } from "../../env/sim/evaluator/ledger.ts";
import type { CurvePoint, MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";

import type { HeldOutState } from "./held-out.ts";

export const CHECKPOINT = "checkpoint/state.json";
export const CHECKPOINT_FORMAT = "placement-gym/checkpoint@2";
export const TIMES = "times.json";

export interface Checkpoint {
  readonly update: number;
  /** Length and SHA-256 of each log; the digests are null in checkpoints of version 0.1.0. */
  readonly metricsBytes: number;
  readonly metricsSha256: string | null;
  readonly plansBytes: number;
  readonly plansSha256: string | null;
  /** By name, of the scenarios that were drawn. */
  readonly meters: Readonly<Record<string, SavedMeter | OldMeter>>;
  /** Of the evaluation during training, where there is one. */
  readonly heldOut?: HeldOutState;
  /** `Agent.saveRun()`. */
  readonly agent: unknown;
}

export interface SavedMeter {
  readonly evaluations: number;
  readonly simulations: number;
  readonly best: {
    /** Plan JSON. */
    readonly plan: unknown;
    readonly evaluation: number;
    readonly simulation: number;
    readonly cost: number;
  } | null;
  readonly curve: readonly Omit<CurvePoint, "seconds" | "cpuSeconds">[];
}

/** As version 0.1.0 wrote it: no private passes, and plans without an order. */
export interface OldMeter {
  readonly spent: number;
  readonly best: {
    readonly device: readonly number[];
    readonly evaluation: number;
    readonly cost: number;
  } | null;
  readonly curve: readonly {
    readonly evaluations: number;
    readonly cost: number;
    readonly feasible: boolean;
  }[];
}

/** Clock readings at each point of a curve. */
export interface CurveTimes {
  readonly curveSeconds: readonly number[];
  readonly curveCpuSeconds: readonly number[];
}

/** `times.json`. */
export interface RunTimes {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** By name, of the scenarios that were drawn. */
  readonly scenarios: Readonly<Record<string, CurveTimes>>;
}

export function runTimes(ledger: Ledger, meters: ReadonlyMap<string, MeteredEvaluator>): RunTimes {
  const timesOf = ({ curve }: MeteredEvaluator): CurveTimes => ({
    curveSeconds: curve.map((point) => point.seconds),
    curveCpuSeconds: curve.map((point) => point.cpuSeconds),
  });
  return {
    seconds: ledger.elapsedSeconds,
    cpuSeconds: ledger.cpuSeconds,
    scenarios: Object.fromEntries([...meters].map(([name, meter]) => [name, timesOf(meter)])),
  };
}

export function meterState({ evaluations, simulations, best, curve }: MeteredEvaluator): SavedMeter {
  return {
    evaluations,
    simulations,
    best:
      best === null
        ? null
        : {
            plan: planToJson(best.plan),
            evaluation: best.evaluation,
            simulation: best.simulation,
            cost: best.outcome.cost,
          },
    curve: curve.map(({ seconds: _, cpuSeconds: __, ...point }) => point),
  };
}

/** `inner` scores the best plan again; it is not charged, because it was when it was found. */
export function restoredMeterState(
  saved: SavedMeter | OldMeter,
  times: CurveTimes | undefined,
  inner: Evaluator,
): SavedMeterState {
  const { evaluations, simulations, best, curve } = "spent" in saved ? currentForm(saved) : saved;
  const state = {
    evaluations,
    simulations,
    // The times are written before their checkpoint, so they are of this one or of a later one.
    curve: curve.map((point, i) => ({
      ...point,
      seconds: times?.curveSeconds[i] ?? 0,
      cpuSeconds: times?.curveCpuSeconds[i] ?? 0,
    })),
  };
  if (best === null) return { ...state, best: null };
  const plan = planIn(inner.scenario, best.plan, "The checkpoint's best plan");
  const outcome = inner.evaluate(plan);
  if (outcome.cost !== best.cost)
    throw new InputError(
      `The checkpoint's best plan scored ${best.cost}, but scores ${outcome.cost} now; the simulator has changed since.`,
    );
  return { ...state, best: { plan, outcome, evaluation: best.evaluation, simulation: best.simulation } };
}

function currentForm({ spent, best, curve }: OldMeter): SavedMeter {
  return {
    evaluations: spent,
    simulations: spent,
    best:
      best === null
        ? null
        : { plan: best.device, evaluation: best.evaluation, simulation: best.evaluation, cost: best.cost },
    curve: curve.map((point) => ({ ...point, simulations: point.evaluations })),
  };
}
