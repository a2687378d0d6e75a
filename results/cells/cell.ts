/**
 * One cell of a comparison: one method on one scenario with one seed, run in this process.
 *
 * A cell gives the same result alone, among others, in any order and in any process, because its
 * random stream depends on nothing else (`random-stream.ts`). `CellResult` is JSON-safe and holds
 * no clock readings; those are in `CellTimes`.
 */
import {
  type BackendName,
  type Estimate,
  type Fact,
  type Frontier,
  type Method,
  type PlannerReport,
  traitsOf,
} from "../../agents/contract.ts";
import { methods } from "../../agents/registry/registry.ts";
import { runMethod } from "../../agents/run/run.ts";
import { InputError } from "../../env/model/errors.ts";
import type { UnknownWork } from "../../env/model/graph/unknown-work.ts";
import { type Plan, type PlanKindName, planToJson } from "../../env/model/plan/plan.ts";
import type { PlanJson } from "../../env/model/plan/plan-kind.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import { largerBound } from "../../env/sim/bounds/best.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import {
  type Bound,
  type Evaluator,
  gapOf,
  type ObjectiveUnit,
  type Shortfall,
} from "../../env/sim/evaluator/contract.ts";
import { leadingSpent, type MeteredEvaluator, metered } from "../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import type { Pretraining, TrainedPolicy } from "../training/policy-file.ts";
import { resolvePretrained } from "../training/pretrained.ts";
import { type EvaluationLog, openEvaluationLog } from "./evaluation-log.ts";
import { withKnownBounds } from "./known-bounds.ts";
import { knownScenario } from "./known-scenarios.ts";
import { cellRng } from "./random-stream.ts";

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
  /** Simulations and evaluations spent when the improvement was found, from 1. */
  readonly simulations: number;
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
  readonly unit: ObjectiveUnit;
  /** Where work is partly unknown: value, bound and gap are then of the graph as assumed. */
  readonly unknownWork?: UnknownWork;
  /** Value of the best plan, null where no feasible plan was found. */
  readonly value: number | null;
  /** True where the best plan fits in memory and meets the demand. */
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
  /** Where the best plan fits the memory and misses the scenario's demand. */
  readonly shortfall?: Shortfall;
  /** The best lower bound known, whose argument it is by, and `value / bound - 1`. */
  readonly bound: number;
  readonly boundArgument: string;
  readonly gap: number | null;
  /** The bounds that need no solver. */
  readonly simulatorBounds: readonly Bound[];
  /** The bound that the method proved, if any. */
  readonly plannerBound: Bound | null;
  readonly evaluations: number;
  /** Evaluations and private passes; not whole where passes were partial. */
  readonly simulations: number;
  /** Evaluations and simulations spent when the best plan was found, from 1. */
  readonly bestEvaluation: number | null;
  readonly bestSimulation: number | null;
  readonly peakBytes: readonly number[] | null;
  readonly largestPeakBytes: number | null;
  /** The best plan, whole. */
  readonly plan: PlanJson | null;
  readonly curve: readonly CurveStep[];
  /** The method's own estimate of its last plan, under a model of its own. */
  readonly estimate: Estimate | null;
  /** The plans among which the method proved its last one optimal. */
  readonly optimalAmong: string | null;
  readonly facts: readonly Fact[];
  /** Where the method weighs time against memory. */
  readonly frontier?: Frontier;
  /** Why there is no plan, where there is none. */
  readonly failure: string | null;
  /**
   * What ended the run: the method itself, its budget, a deterministic limit of its own, a clock or
   * signal, or a fault of the method. After a clock or signal its bytes may differ next time.
   */
  readonly ended: NonNullable<PlannerReport["ended"]> | "fault";
  readonly backend: BackendName | null;
  /**
   * Of agents: the policy's own plan, which is often worse than the best plan that training met.
   * Its value is null where it does not fit. Null where the budget ended before it.
   */
  readonly ownPlan: { readonly value: number | null } | null;
  /** What the policy that an agent began with had cost, beyond the budget of the cell. */
  readonly pretraining: Pretraining | null;
}

export interface CellTimes {
  readonly seconds: number;
  /** User and system seconds of the process that ran the cell. */
  readonly cpuSeconds: number;
  /** At each point of the curve. */
  readonly curveSeconds: readonly number[];
  readonly curveCpuSeconds: readonly number[];
}

export interface CellOutcome {
  readonly result: CellResult;
  readonly times: CellTimes;
}

export interface BestSoFar {
  readonly unit: ObjectiveUnit;
  /** Null where no plan fits so far. */
  readonly value: number | null;
}

export interface CellHooks {
  /** Seconds on any steady clock. */
  readonly clock: () => number;
  /** User and system seconds of this process. */
  readonly cpuClock: () => number;
  readonly signal?: AbortSignal;
  /**
   * Called after every evaluation with what is spent of the budget's leading limit and, where the
   * cell runs in this process, the best so far.
   */
  readonly onEvaluation?: (spent: number, best?: BestSoFar) => void;
  /** Path of a file that is to keep every plan and what it scored; replaced where it is there. */
  readonly logTo?: string;
  /** Called when a cell starts that was let wait; it may start again elsewhere. */
  readonly onStart?: () => void;
}

/** Rejects a cell that whoever should run it refuses: the cell is right, the runner is not. */
export class CellRefused extends InputError {}

/** Rejects a cell that a stop ended before it had an answer. */
export class CellStopped extends Error {
  override readonly name = "CellStopped";
}

export type RunCell = (spec: CellSpec, hooks: CellHooks) => Promise<CellOutcome>;

export const runCell: RunCell = async (spec, hooks) => {
  if (hooks.logTo === undefined) return ranCell(spec, hooks, null);
  const { scenario } = await knownScenario(spec.scenario, spec.objective);
  const log = openEvaluationLog(hooks.logTo, { ...spec, scenarios: new Map([[spec.scenario, scenario]]) });
  try {
    return await ranCell(spec, hooks, log);
  } finally {
    log.close();
  }
};

async function ranCell(
  spec: CellSpec,
  { clock, cpuClock, signal, onEvaluation }: CellHooks,
  log: EvaluationLog | null,
): Promise<CellOutcome> {
  const { scenario, hash } = await knownScenario(spec.scenario, spec.objective);
  const { module, options, trained, start } = await resolvePretrained(spec.method);
  if (module.kind === "agent") await loadLibrary(module, spec.backend);
  const meter = metered(scoring(scenario, hash, spec.budget), spec.budget, {
    clock,
    cpuClock,
    signal,
    onScored: log?.recorder(spec.scenario),
    onEvaluation: (evaluator) =>
      onEvaluation?.(leadingSpent(evaluator), {
        unit: evaluator.unit,
        value: evaluator.best?.outcome.value ?? null,
      }),
  });
  const { report, backend, last } = await runMethod({
    module,
    options,
    scenario,
    meter,
    rng: cellRng(spec, hash, module.card),
    backend: spec.backend,
    ...start,
  });
  // Bounds and peaks that the row shows are not the method's work.
  const times = meterTimes(meter);
  const { ended = "done" } = report;
  const ownPlan = module.kind === "agent" ? last : null;
  return {
    result: cellResult({
      spec,
      hash,
      module,
      meter,
      report: { ...report, ended },
      backend,
      trained,
      ownPlan,
    }),
    times,
  };
}

/**
 * A library that a process loads once is no part of the run that happens to be its first. An agent
 * of the user's may load another, or none. What fails here fails again where the agent asks for it.
 */
async function loadLibrary(module: Method, backend: BackendName | undefined): Promise<void> {
  if (backend === undefined || !methods.includes(module)) return;
  const { loadTf } = await import("../../agents/tensors/tf.ts");
  await loadTf(backend).catch(() => undefined);
}

/** Where a clock ends the run, a method pays for the bounds that it asks for each time. */
function scoring(scenario: Scenario, hash: string, { cpuSeconds, seconds }: Budget): Evaluator {
  const score = evaluator(scenario);
  return cpuSeconds === undefined && seconds === undefined ? withKnownBounds(score, hash) : score;
}

interface CellParts {
  readonly spec: CellSpec;
  /** Of the scenario's content. */
  readonly hash: string;
  readonly module: Method;
  readonly meter: MeteredEvaluator;
  readonly report: Omit<PlannerReport, "ended"> & Pick<CellResult, "ended">;
  readonly backend: BackendName | null;
  readonly trained: TrainedPolicy | null;
  /** Of an agent that got as far. */
  readonly ownPlan: Plan | null;
}

/** What a run came to that has left its meter as it is. */
export function cellResult(parts: CellParts): CellResult {
  const { spec, hash, module, meter, report, backend, trained, ownPlan } = parts;
  return {
    scenario: spec.scenario,
    scenarioHash: hash,
    method: spec.method,
    methodName: module.card.name,
    kind: module.kind,
    seedIndex: spec.seedIndex,
    ...scoreOf(meter, report.bound ?? null, traitsOf(module).answers),
    estimate: report.estimate ?? null,
    optimalAmong: report.optimalAmong ?? null,
    facts: report.facts ?? [],
    ...(report.frontier !== undefined && { frontier: report.frontier }),
    failure: report.failure ?? null,
    ended: report.ended,
    backend,
    // Scored once more outside the budget: the policy was charged when it acted.
    ownPlan: ownPlan === null ? null : { value: evaluator(meter.scenario).evaluate(ownPlan).value },
    pretraining: trained?.pretraining ?? null,
  };
}

export const meterTimes = ({ elapsedSeconds, cpuSeconds, curve }: MeteredEvaluator): CellTimes => ({
  seconds: elapsedSeconds,
  cpuSeconds,
  curveSeconds: curve.map((point) => point.seconds),
  curveCpuSeconds: curve.map((point) => point.cpuSeconds),
});

/** What the meter saw, and the bounds; `answers` is the kind of the method's plans. */
function scoreOf(meter: MeteredEvaluator, plannerBound: Bound | null, answers: PlanKindName) {
  // Reading peaks may run the engine once more, which is not the method's.
  const { scenario, unit, best, evaluations, simulations } = meter;
  const kinds = [best?.plan.kind ?? answers];
  const bound = largerBound(meter.bound(kinds), plannerBound);
  const value = best?.outcome.value ?? null;
  const peakBytes = best === null ? null : Array.from(best.outcome.peakBytes);
  return {
    objective: scenario.objective,
    unit,
    ...(scenario.meta.unknownWork !== undefined && { unknownWork: scenario.meta.unknownWork }),
    value,
    feasible: best?.outcome.feasible ?? false,
    violation: violationOf(scenario, best),
    ...(best?.outcome.shortfall !== undefined && { shortfall: best.outcome.shortfall }),
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(value, bound.value),
    simulatorBounds: meter.bounds(),
    plannerBound,
    evaluations,
    simulations,
    bestEvaluation: best?.evaluation ?? null,
    bestSimulation: best?.simulation ?? null,
    peakBytes,
    largestPeakBytes: peakBytes === null ? null : Math.max(0, ...peakBytes),
    plan: best === null ? null : planToJson(best.plan),
    curve: meter.curve.map(({ seconds: _, cpuSeconds: __, ...step }) => step),
  };
}

function violationOf({ cluster, graph }: Scenario, best: MeteredEvaluator["best"]): CellResult["violation"] {
  const violation = best?.outcome.violation ?? null;
  if (violation === null) return null;
  const { device, excessBytes, op } = violation;
  return { device: cluster.devices[device].name, excessBytes, op: op === -1 ? null : graph.names[op] };
}
