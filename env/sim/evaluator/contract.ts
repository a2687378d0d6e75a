/**
 * `Evaluator`: the only thing that scores plans. There is one for each objective; envs, agents,
 * planners and the command line all use it. objectives/evaluator.ts makes them.
 */
import type { Plan, PlanKindName } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";

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

/** A lower bound on the value of every feasible plan of the kinds that it covers. */
export interface Bound {
  readonly value: number;
  /** Name of the argument that proves it. */
  readonly argument: string;
  /**
   * Plan kinds that it holds for: an op in replicas or shards breaks most arguments on placements.
   */
  readonly covers: readonly PlanKindName[];
}

/** How a plan that fits the memory misses the demand of its scenario. */
export interface Shortfall {
  readonly samplesPerSecond: number;
  readonly demandedPerSecond: number;
}

/** What values of an objective count. */
export type ObjectiveUnit = "us" | "bytes" | "usd";

export interface Outcome {
  readonly feasible: boolean;
  /** The objective's value in the evaluator's unit; null where the plan is infeasible. */
  readonly value: number | null;
  /**
   * Finite number to minimise: the value of a feasible plan; for an infeasible one
   * `ceiling x (1 + min(1, excess / limit))`, where `ceiling` exceeds the value of every feasible
   * plan. For a shortfall it is the share of the demand that is missing instead.
   */
  readonly cost: number;
  readonly violation: Violation | null;
  /** Where memory suffices and the plan is infeasible all the same. */
  readonly shortfall?: Shortfall;
  /** Peak bytes of each device, shape [deviceCount]. */
  readonly peakBytes: Float64Array;
  /** Start of each op in us, shape [opCount], where the objective simulates the step. */
  readonly startUs?: Float64Array;
}

/** The plans one group move away from a plan, for local search. */
export interface Neighbours {
  /**
   * Scores the plan with one group moved to `device`. The plan itself stays as it is. Throws
   * `InputError` on a group or device that is not there.
   */
  move(group: number, device: number): Outcome;
}

export interface Evaluator<P extends Plan = Plan> {
  readonly scenario: Scenario;
  readonly unit: ObjectiveUnit;
  /** Plan kinds that it scores. */
  readonly accepts: readonly PlanKindName[];
  /**
   * An upper limit on the value of every feasible plan, the unit of the penalty in `Outcome.cost`.
   */
  readonly ceiling: number;
  /**
   * Engine runs made to read times or peaks of an outcome after another plan had been scored: they
   * count as private passes.
   */
  readonly reruns: number;
  /** Scores a plan; throws `InputError` on one that is not a plan for the scenario. */
  evaluate(plan: P): Outcome;
  /** Scores many plans, in order. */
  batch(plans: readonly P[]): Outcome[];
  /**
   * The neighbours of a plan, null for a plan kind without group moves. Free to make; each move
   * costs an evaluation. Valid while the plan is not changed.
   */
  around(plan: P): Neighbours | null;
  /** Certified lower bounds known without a solver, each by another argument. */
  bounds(): readonly Bound[];
  /**
   * The best of those that cover all the kinds, by default all kinds that it accepts; the first
   * where several are equal.
   */
  bound(kinds?: readonly PlanKindName[]): Bound;
}

/** `gap = value / bound - 1`, or null where there is no value or the bound says nothing. */
export function gapOf(value: number | null, bound: number): number | null {
  return value === null || !(bound > 0) ? null : value / bound - 1;
}
