/**
 * Baselines: what a rollout is compared with. A baseline answers the return that was expected of
 * each rollout at each step, before it learns from them. So the same action is good in a bad
 * placement and bad in a good one.
 *
 * Every published choice is a file here; which one a system has is a line of its composition.
 */
import type { Lesson, Rollout } from "../contract.ts";

export interface Baseline<R extends Rollout = Rollout> {
  /** Of the shape of `returns`. Then learns from them. */
  expected(returns: readonly Float64Array[], rollouts: readonly R[], lesson: Lesson<R>): Float64Array[];
  /** JSON-safe. */
  save(): unknown;
  load(saved: unknown): void;
}

export const average = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length === 0 ? 0 : sum / values.length;
};

/** The same number for every step of every rollout. */
export const everywhere = (returns: readonly Float64Array[], value: number): Float64Array[] =>
  returns.map((steps) => new Float64Array(steps.length).fill(value));
