/**
 * Several bounds on one objective, computed on first demand, and the best of them. Of equal ones
 * the first is the best.
 */
import type { Bound } from "../evaluator/contract.ts";

export function boundsOnce(make: () => readonly Bound[]): { bounds(): readonly Bound[]; bound(): Bound } {
  let made: readonly Bound[] | null = null;
  const bounds = () => {
    made ??= make();
    return made;
  };
  return { bounds, bound: () => bestOf(bounds()) };
}

export function bestOf(bounds: readonly Bound[]): Bound {
  return bounds.reduce((best, bound) => (bound.value > best.value ? bound : best));
}

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
