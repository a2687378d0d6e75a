/**
 * One cell of a comparison: one method on one scenario with one seed, run in this process.
 *
 * A cell gives the same result alone, among others, in any order and in any process, because its
 * random stream depends on nothing else (`random-stream.ts`). `CellResult` is JSON-safe and holds
 * no clock readings; those are in `CellTimes`.
 */
import type { BackendName } from "../../agents/contract.ts";
import { resolveMethod } from "../../agents/registry/registry.ts";
import { runMethod } from "../../agents/run/run.ts";
import { scenarioHash } from "../../env/model/file.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { type Bound, evaluator, gapOf } from "../../env/sim/evaluator/contract.ts";
import { type Budget, type MeteredEvaluator, metered } from "../../env/sim/evaluator/meter.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { cellRng } from "../random-stream.ts";

export interface CellSpec {
  /** URI or path of a scenario. */
  readonly scenario: string;
  /** Id, id with options, or path of a method. */
  readonly method: string;
  readonly rootSeed: number | string;
  /** 0, 1, 2, ...: which of the repetitions. */
  readonly seedIndex: number;
  readonly budget: Budget;
  /** Replaces the scenario's own objective. */
  readonly objective?: Objective;
  readonly backend?: BackendName;
}

export interface CurveStep {
  /** Evaluations spent when the improvement was found, from 1. */
  readonly evaluations: number;
  /** `Outcome.cost`; the value where feasible. */
  readonly cost: number;
  readonly feasible: boolean;
}

export interface CellResult {
  /** The scenario as it was asked for. */
  readonly scenario: string;
  readonly scenarioHash: string;
  /** The method as it was asked for. */
  readonly method: string;
  readonly methodName: string;
  readonly kind: "planner" | "agent";
  readonly seedIndex: number;
  readonly objective: Objective;
  readonly unit: "us" | "bytes";
  /** Value of the best plan, null where no feasible plan was found. */
  readonly value: number | null;
  /** True where the best plan fits in memory. */
  readonly feasible: boolean;
  /**
   * Why the best plan cannot run, where it cannot; `op` brings the device to its peak, null where
   * the weights alone do.
   */
  readonly violation: {
    readonly device: string;
    readonly excessBytes: number;
    readonly op: string | null;
  } | null;
  /** The best lower bound known, whose argument it is by, and `value / bound - 1`. */
  readonly bound: number;
  readonly boundArgument: string;
  readonly gap: number | null;
  /** The bound that needs no solver. */
  readonly simulatorBound: Bound;
  /** The bound that the method proved, if any. */
  readonly plannerBound: Bound | null;
  readonly evaluations: number;
  /** Which evaluation found the best plan, from 1. */
  readonly bestEvaluation: number | null;
  readonly peakBytes: readonly number[] | null;
  readonly largestPeakBytes: number | null;
  /** Device of each op in the best plan. */
  readonly plan: readonly number[] | null;
  /**
   * The best plan's order of ops (`Plan.opPriority`), null where it has none: without it the plan
   * scores differently.
   */
  readonly opPriority: readonly number[] | null;
  readonly curve: readonly CurveStep[];
  /** The method's own estimate of its last plan, under its private cost model. */
  readonly estimate: number | null;
  readonly note: string | null;
  /** Why there is no plan, where there is none. */
  readonly failure: string | null;
  /**
   * True where a clock, not the method or the count of evaluations, ended the run: its bytes may
   * differ next time.
   */
  readonly timeLimited: boolean;
  readonly backend: BackendName | null;
}

export interface CellTimes {
  readonly seconds: number;
  /** Seconds at each point of the curve. */
  readonly curveSeconds: readonly number[];
}

export interface CellOutcome {
  readonly result: CellResult;
  readonly times: CellTimes;
}

export interface BestSoFar {
  readonly unit: "us" | "bytes";
  /** Null where no plan fits so far. */
  readonly value: number | null;
}

export interface CellHooks {
  /** Seconds on any steady clock. */
  readonly clock: () => number;
  readonly signal?: AbortSignal;
  /**
   * Called after every evaluation with the evaluations spent and, where the cell runs in this
   * process, the best so far.
   */
  readonly onEvaluation?: (spent: number, best?: BestSoFar) => void;
}

export type RunCell = (spec: CellSpec, hooks: CellHooks) => Promise<CellOutcome>;

export const runCell: RunCell = async (spec, { clock, signal, onEvaluation }) => {
  const scenario = await resolveScenario(spec.scenario, { objective: spec.objective });
  const hash = scenarioHash(scenario);
  const { module, options } = await resolveMethod(spec.method);
  const meter = metered(evaluator(scenario), spec.budget, {
    clock,
    signal,
    onEvaluation: ({ spent, unit, best }) =>
      onEvaluation?.(spent, { unit, value: best?.outcome.value ?? null }),
  });
  const { report, backend } = await runMethod({
    module,
    options,
    scenario,
    meter,
    rng: cellRng(spec, hash, module.card),
    backend: spec.backend,
  });
  return {
    result: {
      scenario: spec.scenario,
      scenarioHash: hash,
      method: spec.method,
      methodName: module.card.name,
      kind: module.kind,
      seedIndex: spec.seedIndex,
      ...scoreOf(meter, report.bound ?? null),
      estimate: report.estimate ?? null,
      note: report.note ?? null,
      failure: report.failure ?? null,
      timeLimited: report.timeLimited === true,
      backend,
    },
    times: { seconds: meter.elapsedSeconds, curveSeconds: meter.curve.map(({ seconds }) => seconds) },
  };
};

/** What the meter saw, and the bounds. */
function scoreOf(meter: MeteredEvaluator, plannerBound: Bound | null) {
  const { scenario, unit, best } = meter;
  const simulatorBound = meter.bound();
  const bound = largerBound(simulatorBound, plannerBound);
  const value = best?.outcome.value ?? null;
  const violation = best?.outcome.violation ?? null;
  const peakBytes = best === null ? null : Array.from(best.outcome.peakBytes);
  return {
    objective: scenario.objective,
    unit,
    value,
    feasible: best?.outcome.feasible ?? false,
    violation:
      violation === null
        ? null
        : {
            device: scenario.cluster.devices[violation.device].name,
            excessBytes: violation.excessBytes,
            op: violation.op === -1 ? null : scenario.graph.names[violation.op],
          },
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(value, bound.value),
    simulatorBound,
    plannerBound,
    evaluations: meter.spent,
    bestEvaluation: best?.evaluation ?? null,
    peakBytes,
    largestPeakBytes: peakBytes === null ? null : Math.max(0, ...peakBytes),
    plan: best === null ? null : Array.from(best.plan.device),
    opPriority: best?.plan.opPriority === undefined ? null : Array.from(best.plan.opPriority),
    curve: meter.curve.map(({ evaluations, cost, feasible }) => ({ evaluations, cost, feasible })),
  };
}

export function largerBound(first: Bound, second: Bound | null): Bound {
  return second !== null && second.value > first.value ? second : first;
}
