/**
 * `PlanState`: the plan that an episode builds or improves, and where the episode is in it. A
 * family of envs brings one class of it, such as `PlacementState`.
 *
 * `Decisions` is what actions decide, from which the plan follows. For a placement it is the device
 * of each group. The env scores decisions before it takes them over, so that a refused evaluation
 * leaves the state as it was.
 */
import type { Plan } from "../model/plan/plan.ts";

export interface PlanState<Decisions = unknown> {
  /** A copy of the complete plan so far. What no action has decided yet has its default. */
  plan(): Plan;
  /** The complete plan of other decisions. It is valid until the next call of `planOf`. */
  planOf(decisions: Decisions): Plan;
  /** A JSON-safe copy of decisions, which `planOf` takes too. */
  keep(decisions: Decisions): Decisions;
  /** Checks kept decisions that come from outside. Throws one sentence where they do not fit. */
  checkKept(kept: unknown, owner: string, within: string): Decisions;
  /** Becomes equal to another state of the same scenario. */
  set(other: this): void;
  /** JSON-safe fields of a saved state. */
  save(): object;
  /** Takes saved fields over. Throws one sentence on damaged ones and stays as it was. */
  restore(saved: object, owner: string): void;
}
