/**
 * `Evaluator`: the only thing that scores. One for each objective; envs, agents, planners and the
 * command line all use it.
 */

import { InputError } from "../../model/errors.ts";
import type { Plan } from "../../model/plan/placement.ts";
import { type Objective, objectives, type Scenario } from "../../model/scenario.ts";
import { createLatencyEvaluator } from "../objectives/latency.ts";
import { createMakespanEvaluator } from "../objectives/makespan.ts";
import { createMaxLoadEvaluator } from "../objectives/max-load.ts";
import { createPeakMemoryEvaluator } from "../objectives/peak-memory.ts";

/**
 * Why a plan cannot run: the device that is over its memory limit, by how much, and the op at the
 * peak where known.
 */
export interface Violation {
  readonly device: number;
  readonly peakBytes: number;
  readonly limitBytes: number;
  readonly excessBytes: number;
  /** Op that raised the device to its peak, -1 where the peak is static. */
  readonly op: number;
}

/** A lower bound on the value of every feasible plan, with the name of its argument. */
export interface Bound {
  readonly value: number;
  readonly argument: string;
}

export interface Outcome {
  readonly feasible: boolean;
  /** The objective's value in the evaluator's unit; null where the plan is infeasible. */
  readonly value: number | null;
  /**
   * Finite number to minimise: the value of a feasible plan; for an infeasible one `ceiling x (1 +
   * min(1, excess / limit))`, where `ceiling` exceeds the value of every feasible plan.
   */
  readonly cost: number;
  readonly violation: Violation | null;
  /** Peak bytes of each device, shape [deviceCount]. */
  readonly peakBytes: Float64Array;
  /** Start of each op in us, shape [opCount], where the objective simulates the step. */
  readonly startUs?: Float64Array;
}

export interface Evaluator {
  readonly scenario: Scenario;
  readonly unit: "us" | "bytes";
  /** Scores a plan; throws `InputError` on one that is not a plan for the scenario. */
  evaluate(plan: Plan): Outcome;
  /** Scores many plans, in order. */
  batch(plans: readonly Plan[]): Outcome[];
  /** Scores `plan` with one group moved to `device`; the plan itself stays as it is. */
  move(plan: Plan, group: number, device: number): Outcome;
  /** Certified lower bounds known without a solver, each by another argument. */
  bounds(): readonly Bound[];
  /** The best of them; the first where several are equal. */
  bound(): Bound;
  /**
   * An upper limit on the value of every feasible plan, the unit of the penalty in `Outcome.cost`.
   */
  readonly ceiling: number;
}

/** The evaluator of the scenario's objective. */
export function evaluator(scenario: Scenario): Evaluator {
  const create = evaluators[scenario.objective];
  if (create === undefined)
    throw new InputError(
      `Objective "${scenario.objective}" is not known; expected ${objectives.join(", ")}.`,
    );
  return create(scenario);
}

const evaluators: Readonly<Record<Objective, (scenario: Scenario) => Evaluator>> = {
  makespan: createMakespanEvaluator,
  "max-load": createMaxLoadEvaluator,
  latency: createLatencyEvaluator,
  "peak-memory": createPeakMemoryEvaluator,
};

/** `gap = value / bound - 1`, or null where there is no value or the bound says nothing. */
export function gapOf(value: number | null, bound: number): number | null {
  return value === null || !(bound > 0) ? null : value / bound - 1;
}
