/**
 * Several bounds on one objective, computed on first demand, and the best of them. Of equal ones
 * the first is the best.
 */
import { type PlanKindName, planKindNames } from "../../model/plan/plan.ts";
import type { Bound } from "../evaluator/contract.ts";

/** Bounds whose arguments need every op whole on one device cover placements alone. */
export const PLACEMENTS = ["placement"] as const satisfies readonly PlanKindName[];
export const PIPELINES = ["pipeline"] as const satisfies readonly PlanKindName[];
/** Of one graph: a rewriting runs another one, and no bound on this one holds for it. */
export const EVERY_KIND = ["placement", "pipeline", "sharding"] as const satisfies readonly PlanKindName[];

export interface Bounds {
  bounds(): readonly Bound[];
  bound(kinds?: readonly PlanKindName[]): Bound;
}

/** `accepts`: the plan kinds of the objective. */
export function boundsOnce(accepts: readonly PlanKindName[], make: () => readonly Bound[]): Bounds {
  let made: readonly Bound[] | null = null;
  const bounds = () => {
    made ??= make();
    return made;
  };
  return { bounds, bound: (kinds = accepts) => bestOf(covering(bounds(), kinds)) };
}

/** The bounds that hold for every plan of all the kinds. */
export const covering = (bounds: readonly Bound[], kinds: readonly PlanKindName[]): Bound[] =>
  bounds.filter(({ covers }) => kinds.every((kind) => covers.includes(kind)));

/** Says nothing: every value is at least 0. */
const TRIVIAL: Bound = { value: 0, argument: "none", covers: planKindNames };

/** The first where several are equal. */
export function bestOf(bounds: readonly Bound[]): Bound {
  return bounds.reduce((best, bound) => (bound.value > best.value ? bound : best), bounds[0] ?? TRIVIAL);
}

/** The larger of two bounds, the first where they are equal. */
export const largerBound = (first: Bound, second: Bound | null | undefined): Bound =>
  second !== null && second !== undefined && second.value > first.value ? second : first;

/**
 * A simulator that adds in another order gets sums that differ in their last digits, by 1e-11 after
 * 100,000 additions. That must not lift a bound above its value. Where all amounts are whole, whole
 * bounds are exact and stay as they are.
 */
export function roundingFor(...amounts: readonly ArrayLike<number>[]): (value: number) => number {
  const isExact = amounts.every((list) => Array.prototype.every.call(list, isWhole));
  return (value) => (isExact && Number.isInteger(value) ? value : value * (1 - 1e-11));
}

const isWhole = (amount: number): boolean => Number.isInteger(amount) || amount === Number.POSITIVE_INFINITY;
