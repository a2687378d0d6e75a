/** Numbers that change with the updates of a run: learning rates, entropy weights, clip ranges. */

/** The value at an update; updates count from 0. */
export type Schedule = (update: number) => number;

export const constant =
  (value: number): Schedule =>
  () =>
    value;

/** From `first` in a straight line to `last` at update `updates`, then flat. */
export const linear = (first: number, last: number, updates: number): Schedule =>
  updates <= 0 ? constant(last) : (update) => first + (last - first) * Math.min(1, update / updates);

/** Times `factor` every `every` updates, from update `from` on. */
export const exponential =
  (first: number, factor: number, every = 1, from = 0): Schedule =>
  (update) =>
    first * factor ** Math.max(0, Math.floor((update - from) / every));
