/**
 * `Plan`: what a planner or agent answers, a union of kinds, and the table of those kinds.
 * Everything that checks, copies, writes or reads a plan goes through this table. env/sim/lower
 * turns plans into tasks of the engine.
 */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import { alternatives } from "../suggest.ts";
import type { PipelinePlan } from "./pipeline.ts";
import { pipelineKind } from "./pipeline-kind.ts";
import { type Placement, placementKind } from "./placement.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";
import { type RewritingPlan, rewritingKind } from "./rewriting.ts";
import type { ShardingPlan } from "./sharding.ts";
import { shardingKind } from "./sharding-kind.ts";

export type Plan = Placement | PipelinePlan | ShardingPlan | RewritingPlan;
export type PlanKindName = Plan["kind"];

export const planKinds: { readonly [K in PlanKindName]: PlanKind<Extract<Plan, { kind: K }>> } = {
  placement: placementKind,
  pipeline: pipelineKind,
  sharding: shardingKind,
  rewriting: rewritingKind,
};

export const planKindNames = Object.keys(planKinds) as readonly PlanKindName[];

/** For what knows placements alone: throws one sentence on a plan of any other kind. */
export function asPlacement(plan: Plan): Placement {
  if (plan.kind === "placement") return plan;
  throw new InputError(`The plan is of kind ${plan.kind}, expected a placement.`);
}

/**
 * Throws one sentence where a plan is not one for the scenario; memory is the evaluator's answer.
 */
export function validatePlan(scenario: Scenario, plan: Plan): void {
  kindOf(plan, "The plan").validate(scenario, plan);
}

export const copyPlan = <P extends Plan>(plan: P): P => entryOf(plan).copy(plan);

export const equalPlans = (a: Plan, b: Plan): boolean => a.kind === b.kind && entryOf(a).equal(a, b);

export const planToJson = (plan: Plan): PlanJson => entryOf(plan).toJson(plan);

/** `where` names what is read, such as `Plan file "x.json"`, and begins every sentence thrown. */
export function planFromJson(scenario: Scenario, json: unknown, where: string): Plan {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new InputError(`${where} holds ${nameOf(json)}, expected a plan: an object with its kind.`);
  return kindOf(json as PlanJson, where).fromJson(scenario, json as PlanJson, where);
}

/** Pre: a plan of a known kind. */
const entryOf = <P extends Plan>({ kind }: P): PlanKind<P> => planKinds[kind] as unknown as PlanKind<P>;

function kindOf(plan: { readonly kind: string } | null | undefined, where: string): PlanKind<Plan> {
  const kind = plan?.kind;
  if (typeof kind === "string" && Object.hasOwn(planKinds, kind))
    return entryOf({ kind: kind as PlanKindName } as Plan);
  const given = plan === null || plan === undefined ? String(plan) : `of kind ${JSON.stringify(kind)}`;
  throw new InputError(`${where} is ${given}, expected kind ${alternatives(planKindNames)}.`);
}

const nameOf = (json: unknown): string =>
  json === null ? "null" : Array.isArray(json) ? "a list" : `a ${typeof json}`;
