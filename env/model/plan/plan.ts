/**
 * `Plan`: what a planner or agent answers, a union of kinds, and the table of those kinds.
 * Everything that checks, copies, writes, reads or lowers a plan goes through this table.
 */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import { type Placement, placementKind } from "./placement.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";
import type { TaskProgram } from "./task-program.ts";

export type Plan = Placement;
export type PlanKindName = Plan["kind"];

export const planKinds: { readonly [K in PlanKindName]: PlanKind<Extract<Plan, { kind: K }>> } = {
  placement: placementKind,
};

export const planKindNames = Object.keys(planKinds) as readonly PlanKindName[];

/**
 * Throws one sentence where a plan is not one for the scenario; memory is the evaluator's answer.
 */
export function validatePlan(scenario: Scenario, plan: Plan): void {
  kindOf(plan, "The plan").validate(scenario, plan);
}

export const copyPlan = (plan: Plan): Plan => planKinds[plan.kind].copy(plan);

export const equalPlans = (a: Plan, b: Plan): boolean => a.kind === b.kind && planKinds[a.kind].equal(a, b);

export const planToJson = (plan: Plan): PlanJson => planKinds[plan.kind].toJson(plan);

/** `where` names what is read, such as `Plan file "x.json"`, and begins every sentence thrown. */
export function planFromJson(scenario: Scenario, json: unknown, where: string): Plan {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new InputError(`${where} holds ${nameOf(json)}, expected a plan: an object with its kind.`);
  return kindOf(json as PlanJson, where).fromJson(scenario, json as PlanJson, where);
}

/** Pre: a valid plan. */
export const lowerPlan = (scenario: Scenario, plan: Plan): TaskProgram =>
  planKinds[plan.kind].lower(scenario, plan);

function kindOf(plan: { readonly kind: string } | null | undefined, where: string): PlanKind<Plan> {
  const kind = plan?.kind;
  if (typeof kind === "string" && Object.hasOwn(planKinds, kind)) return planKinds[kind as PlanKindName];
  const given = plan === null || plan === undefined ? String(plan) : `of kind ${JSON.stringify(kind)}`;
  throw new InputError(`${where} is ${given}, expected kind ${planKindNames.join(" or ")}.`);
}

const nameOf = (json: unknown): string =>
  json === null ? "null" : Array.isArray(json) ? "a list" : `a ${typeof json}`;
