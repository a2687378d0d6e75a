/**
 * `PlanKind`: all that the rest of the program needs to know of one kind of plan. A new kind is one
 * file that exports such an entry and one line in the table of plan.ts.
 */
import type { Scenario } from "../scenario.ts";

/** The only form of a plan in files: a JSON object that names its kind. */
export interface PlanJson {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface PlanKind<P extends { readonly kind: string }> {
  readonly kind: P["kind"];
  /** Throws one sentence where the plan is not one for the scenario. Memory is not judged here. */
  validate(scenario: Scenario, plan: P): void;
  /** A copy that shares no array with the plan. */
  copy(plan: P): P;
  /** True where both plans hold the same decisions. */
  equal(a: P, b: P): boolean;
  toJson(plan: P): PlanJson;
  /** Post: a valid plan. Throws one sentence that begins with `where`. */
  fromJson(scenario: Scenario, json: PlanJson, where: string): P;
}
