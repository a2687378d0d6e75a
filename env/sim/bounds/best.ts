/** Several bounds on one objective, made when first asked for, and the best of them: the first where several are equal. */
import type { Bound } from "../evaluator.ts";

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
 * Sums that the simulator adds up in another order differ in their last digits; a bound must not come out above its value.
 * Whole numbers come from whole numbers, which add up exactly.
 */
export const roundedDown = (value: number): number => (Number.isInteger(value) ? value : value * (1 - 1e-12));
