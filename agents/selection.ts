/** Which methods suit a purpose, by their traits alone. */
import type { Objective } from "../env/model/scenario.ts";
import { type Method, type PlannerModule, traitsOf } from "./contract.ts";

/** Those that are not made for one kind of graph or plan. */
export const generalMethods = (methods: readonly Method[]): Method[] =>
  methods.filter((method) => traitsOf(method).special !== true);

/**
 * General methods that plan for all of the objectives, as specs; without objectives those of
 * placements. Planners of shardings are compared where they are named: one simulation of theirs
 * costs as much as hundreds of others. Those that take longest come first, so that the quick
 * planners fill the gaps at the end.
 */
export const comparedSpecs = (methods: readonly Method[], objectives: readonly Objective[]): string[] =>
  generalMethods(methods)
    .filter((method) =>
      objectives.length === 0
        ? traitsOf(method).answers === "placement"
        : traitsOf(method).answers !== "sharding" &&
          objectives.every((objective) => plansFor(method, objective)),
    )
    .map(comparedSpec)
    .reverse();

function plansFor(method: Method, objective: Objective): boolean {
  const { objectives } = traitsOf(method);
  return objectives === "any" || objectives.includes(objective);
}

function comparedSpec(method: Method): string {
  const options = Object.entries(traitsOf(method).asCompared ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  return [method.card.id, ...(options.length === 0 ? [] : [options.join("&")])].join("?");
}

/** General methods of placements, the kind of plan that every objective but `cost` scores. */
export const placementMethods = (methods: readonly Method[]): Method[] =>
  generalMethods(methods).filter((method) => traitsOf(method).answers === "placement");

/** Those of them that need no solver: what a quick comparison takes. */
export const quickMethods = (methods: readonly Method[]): Method[] =>
  placementMethods(methods).filter((method) => traitsOf(method).effort !== "seconds");

/** General planners of placements that find one at once, the most useful ones first. */
export const instantPlanners = (methods: readonly Method[]): PlannerModule[] =>
  generalMethods(methods)
    .filter((method): method is PlannerModule => method.kind === "planner")
    .filter((planner) => traitsOf(planner).effort === "instant" && traitsOf(planner).answers === "placement")
    .sort((a, b) => turnOf(a) - turnOf(b));

/** Planners of pipelines for an objective, the most useful ones first. */
export const pipelinePlanners = (methods: readonly Method[], objective: Objective): PlannerModule[] =>
  methods
    .filter(
      (method): method is PlannerModule =>
        method.kind === "planner" && traitsOf(method).answers === "pipeline" && plansFor(method, objective),
    )
    .sort((a, b) => turnOf(a) - turnOf(b));

/** Planners of shardings, the instant ones first. */
export const shardingPlanners = (methods: readonly Method[]): PlannerModule[] =>
  methods
    .filter(
      (method): method is PlannerModule =>
        method.kind === "planner" && traitsOf(method).answers === "sharding",
    )
    .sort((a, b) => turnOfEffort(a) - turnOfEffort(b));

const turnOfEffort = (method: Method): number => (traitsOf(method).effort === "instant" ? 0 : 1);

/** Methods without a place come last, in the order of the list. */
export const turnOf = (method: Method): number => traitsOf(method).usefulFirst ?? Number.MAX_SAFE_INTEGER;

/** The planner that is made for one objective alone, null where there is none. */
export function searchFor(methods: readonly Method[], objective: Objective): PlannerModule | null {
  const isMadeFor = (method: Method): method is PlannerModule => {
    const { objectives, special } = traitsOf(method);
    return (
      method.kind === "planner" &&
      traitsOf(method).answers === "placement" &&
      special === true &&
      objectives !== "any" &&
      objectives.includes(objective)
    );
  };
  return methods.find(isMadeFor) ?? null;
}
