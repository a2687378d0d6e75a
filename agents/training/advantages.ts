/**
 * From rollouts to advantages: returns less what the baseline expected, in the baseline's units or
 * divided by their spread.
 */
import { average, type Baseline } from "./baselines/baseline.ts";
import type { Lesson, Rollout } from "./contract.ts";

/**
 * `raw` leaves advantages as they are, as the papers do. `batch` shifts those of a batch to mean 0
 * and divides by their spread. `size` divides by their root mean square and shifts nothing, so a
 * move that changed nothing stays at 0. `moving` divides by the moving spread of the returns, or by
 * that of the batch where it is larger.
 */
export type AdvantageShape = "raw" | "batch" | "size" | "moving";

export interface Advantages<R extends Rollout = Rollout> {
  /** By rollout and step. Then learns from them. */
  of(
    rollouts: readonly R[],
    lesson: Lesson<R>,
  ): {
    readonly advantages: Float32Array[];
    readonly returns: Float64Array[];
  };
  save(): unknown;
  load(saved: unknown): void;
}

export interface AdvantageOptions<R extends Rollout> {
  readonly baseline: Baseline<R>;
  readonly shape: AdvantageShape;
  /** Factor per step on later rewards; 1 by default. */
  readonly discount?: number;
  /** Of the moving spread. */
  readonly decay?: number;
}

interface Saved {
  readonly baseline: unknown;
  readonly spread: number | null;
}

export function advantagesOver<R extends Rollout>({
  baseline,
  shape,
  discount = 1,
  decay = 0.9,
}: AdvantageOptions<R>): Advantages<R> {
  let spread: number | null = null;

  /** What differences are divided by under `moving`. */
  const movingScale = (returns: readonly Float64Array[], expected: readonly Float64Array[]): number => {
    const firsts = returns.map((steps) => steps[0]);
    const mean = average(firsts);
    const now = Math.sqrt(average(firsts.map((value) => (value - mean) ** 2)));
    const known = spread ?? now;
    spread = decay * known + (1 - decay) * now;
    return Math.max(known, now, 1e-9 * Math.abs(expected[0][0]), Number.MIN_VALUE);
  };

  return {
    of(rollouts, lesson) {
      const returns = rollouts.map(({ rewards }) => returnsOf(rewards, discount));
      const expected = baseline.expected(returns, rollouts, lesson);
      const differences = returns.map((steps, i) => steps.map((value, step) => value - expected[i][step]));
      if (shape === "raw") return { returns, advantages: scaled(differences, 0, 1) };
      if (shape === "moving")
        return { returns, advantages: scaled(differences, 0, movingScale(returns, expected)) };
      const all = differences.flatMap((steps) => [...steps]);
      const mean = shape === "size" ? 0 : average(all);
      const deviation = Math.sqrt(average(all.map((value) => (value - mean) ** 2)));
      return { returns, advantages: scaled(differences, mean, deviation > 0 ? deviation : 1) };
    },
    save: (): Saved => ({ baseline: baseline.save(), spread }),
    load(saved) {
      const state = saved as Saved;
      baseline.load(state.baseline);
      spread = state.spread;
    },
  };
}

const scaled = (values: readonly Float64Array[], mean: number, scale: number): Float32Array[] =>
  values.map((steps) => Float32Array.from(steps, (value) => (value - mean) / scale));

/** Discounted sum of the rewards from each step on. */
export function returnsOf(rewards: Float64Array, discount: number): Float64Array {
  const returns = new Float64Array(rewards.length);
  let later = 0;
  for (let step = rewards.length - 1; step >= 0; step--) {
    later = rewards[step] + discount * later;
    returns[step] = later;
  }
  return returns;
}
