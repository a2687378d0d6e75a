/**
 * `PlanState`: a placement under search and what it costs, behind one interface for all ways to
 * score a change.
 *
 * - `arrivalState`: devices run first what was ready first. A change of one group of the
 *   evaluator's scenario is a move, which the simulator computes incrementally; others are full
 *   evaluations.
 * - `orderedState` (ordered-state.ts): devices keep the order of a list schedule, made again for
 *   every change.
 *
 * A refused evaluation or pass is thrown, and the state is then as before.
 */

import type { Placement } from "../../../env/model/plan/placement.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { Choices } from "../../problems/choices.ts";
import type { Change, Urgency } from "./proposals.ts";
import { type WorkingPlan, workingPlan } from "./working-plan.ts";

export interface PlanState {
  readonly groupDevice: Int32Array;
  /** Of the present placement; `Infinity` before the first `reset`. */
  readonly cost: number;
  /**
   * Longest path through each group in the last plan taken, us; all 0 where the state keeps no
   * order.
   */
  readonly urgency: Urgency;
  /** Continues from another placement and scores it. */
  reset(groupDevice: ArrayLike<number>): void;
  /** Cost of the present placement with the change; it stays as it is until `take`. */
  score(change: Change): number;
  /**
   * End of the list schedule of the present placement with the change, where the state has one. It
   * compares changes and is never a score. One private pass.
   */
  guess?(change: Change): number;
  /** Makes the change that was scored last. */
  take(): void;
  /** A copy of the present plan. */
  snapshot(): Placement;
}

export interface ArrivalState extends PlanState {
  /** Continues from a placement of known cost. */
  resume(groupDevice: ArrayLike<number>, knownCost: number): void;
}

export function arrivalState(choices: Choices, evaluator: MeteredEvaluator): ArrivalState {
  const working = workingPlan(
    choices,
    Array.from(choices.legal, ([device]) => device),
  );
  // A move names a group of the evaluator's scenario.
  const sharesGroups = choices.scenario.grouping === evaluator.scenario.grouping;
  let cost = Number.POSITIVE_INFINITY;
  let pending: Scored | null = null;
  return {
    groupDevice: working.groupDevice,
    urgency: new Float64Array(choices.groupCount),
    get cost() {
      return cost;
    },
    reset(groupDevice) {
      working.reset(groupDevice);
      cost = evaluator.evaluate(working.plan).cost;
    },
    resume(groupDevice, knownCost) {
      working.reset(groupDevice);
      cost = knownCost;
    },
    score(change) {
      const { groups, devices } = change;
      const proposed =
        groups.length === 1 && sharesGroups
          ? evaluator.around(working.plan)!.move(groups[0], devices[0]).cost
          : whileChanged(working, change, () => evaluator.evaluate(working.plan)).cost;
      pending = { change, cost: proposed };
      return proposed;
    },
    take() {
      const taken = pending!;
      apply(working, taken.change);
      cost = taken.cost;
    },
    snapshot: () => working.snapshot(),
  };
}

interface Scored {
  readonly change: Change;
  readonly cost: number;
}

export function apply(working: WorkingPlan, { groups, devices }: Change): void {
  for (let i = 0; i < groups.length; i++) working.apply(groups[i], devices[i]);
}

export function whileChanged<T>(working: WorkingPlan, change: Change, score: () => T): T {
  const { groups } = change;
  const before = groups.map((group) => working.groupDevice[group]);
  apply(working, change);
  try {
    return score();
  } finally {
    for (let i = groups.length - 1; i >= 0; i--) working.apply(groups[i], before[i]);
  }
}
