/**
 * `normaliseReward`: divides rewards by the running standard deviation of the discounted return. So
 * one learning rate serves scenarios of any time scale. After Gymnasium's NormalizeReward and
 * VecNormalize of OpenAI Baselines.
 *
 * Rewards are scaled and not shifted, so signs and zeros stay. Normalised rewards no longer
 * telescope to the score, and `metadata.returns` says so.
 *
 * The running moments use Welford's update in the parallel form of Chan, Golub and LeVeque (1979).
 * They start from variance 1 with weight 1e-4, last over episodes, and are part of the saved state.
 */
import { z } from "zod";
import type { Env, EnvMetadata, Reset, ResetOptions, Step } from "../contract.ts";
import { parseSaved } from "../envs/saved-state.ts";
import { InputError } from "../model/errors.ts";
import { Wrapper } from "./wrapper.ts";

const FIRST_COUNT = 1e-4;

const ownSchema = z.object({
  discountedReturn: z.number(),
  mean: z.number(),
  variance: z.number().min(0),
  count: z.number().min(0),
});
type RunningMoments = Readonly<z.infer<typeof ownSchema>>;

export interface NormaliseRewardOptions {
  /** Discount of the return whose deviation is measured, default 0.99. */
  readonly discount?: number;
  /** Added to the variance, default 1e-8. */
  readonly epsilon?: number;
}

export function normaliseReward<O, A>(env: Env<O, A>, options: NormaliseRewardOptions = {}): Env<O, A> {
  const { discount = 0.99, epsilon = 1e-8 } = options;
  if (!(discount >= 0 && discount <= 1))
    throw new InputError(`The discount is ${discount}, expected a number from 0 to 1.`);
  if (!(epsilon > 0)) throw new InputError(`Epsilon is ${epsilon}, expected a number above 0.`);
  return new NormaliseReward(env, discount, epsilon);
}

class NormaliseReward<O, A> extends Wrapper<O, A> {
  protected readonly wrapperName = "normaliseReward";
  private readonly discount: number;
  private readonly epsilon: number;
  private moments: RunningMoments = { discountedReturn: 0, mean: 0, variance: 1, count: FIRST_COUNT };

  constructor(inner: Env<O, A>, discount: number, epsilon: number) {
    super(inner);
    this.discount = discount;
    this.epsilon = epsilon;
  }

  override get metadata(): EnvMetadata {
    return { ...this.inner.metadata, returns: "other" };
  }

  override reset(options?: ResetOptions): Reset<O> {
    const reset = this.inner.reset(options);
    this.moments = { ...this.moments, discountedReturn: 0 };
    return reset;
  }

  override step(action: A): Step<O> {
    const step = this.inner.step(action);
    this.moments = include(this.moments, this.discount * this.moments.discountedReturn + step.reward);
    return { ...step, reward: step.reward / Math.sqrt(this.moments.variance + this.epsilon) };
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    const copy = new NormaliseReward(inner, this.discount, this.epsilon);
    copy.moments = this.moments;
    return copy;
  }

  protected ownState(): RunningMoments {
    return this.moments;
  }

  protected restoreOwn(own: unknown): void {
    this.moments = parseSaved(this.wrapperName, ownSchema, own, "own");
  }
}

function include({ mean, variance, count }: RunningMoments, discountedReturn: number): RunningMoments {
  const total = count + 1;
  const delta = discountedReturn - mean;
  const squares = variance * count + (delta * delta * count) / total;
  return { discountedReturn, mean: mean + delta / total, variance: squares / total, count: total };
}
