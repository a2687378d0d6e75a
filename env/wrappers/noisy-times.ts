/**
 * `noisyTimes`: rewards as a real machine would give them. Each score is measured with
 * multiplicative noise, see `sim/evaluator/noise.ts`. A step pays what the measured scores say, so
 * rewards sum to the measured score. `info.outcome` stays exact, and `info.measuredCost` is what
 * the reward was made of.
 *
 * It goes around an env of one utility. The random numbers are the wrapper's own, seeded by `reset`
 * and part of saved states and copies.
 */
import { z } from "zod";
import type { Env, EnvMetadata, Reset, ResetOptions, Step } from "../contract.ts";
import { parseSaved } from "../envs/saved-state.ts";
import { InputError } from "../model/errors.ts";
import { createRng, type Rng, type RngState, restoreRng } from "../model/rng.ts";
import { negativeCost, type Utility } from "../parts/utility.ts";
import type { Outcome } from "../sim/evaluator/contract.ts";
import { checkNoise, measuredCost, noiseFactor } from "../sim/evaluator/noise.ts";
import { objectiveOf } from "../sim/objectives/evaluator.ts";
import { Wrapper } from "./wrapper.ts";

export interface NoisyTimesOptions {
  /** A measurement is within this share of the exact time, from 0 to 0.5. */
  readonly noise: number;
  /** Of the noise until a reset gives another seed; default 0. */
  readonly seed?: number | string;
  /** That of the env inside; default `negativeCost`. */
  readonly utility?: Utility;
}

export function noisyTimes<O, A>(env: Env<O, A>, options: NoisyTimesOptions): Env<O, A> {
  const { noise, seed = 0, utility } = options;
  checkNoise(noise, objectiveOf(env.scenario));
  if (utility === undefined && env.metadata.returns === "other")
    throw new InputError("noisyTimes needs the utility of the env inside; give it the option utility.");
  return new NoisyTimes(env, { noise, utility: utility ?? negativeCost }, noiseStream(seed));
}

const noiseStream = (seed: number | string): Rng => createRng(seed).child("noise");

const ownSchema = z.object({
  rng: z.object({ path: z.string(), alea: z.looseObject({}) }),
  excess: z.number(),
});

class NoisyTimes<O, A> extends Wrapper<O, A> {
  protected readonly wrapperName = "noisyTimes";
  private readonly rules: { readonly noise: number; readonly utility: Utility };
  private rng: Rng;
  /** Measured minus exact utility of the last score, which later steps are paid against. */
  private excess = 0;

  constructor(inner: Env<O, A>, rules: NoisyTimes<O, A>["rules"], rng: Rng) {
    super(inner);
    this.rules = rules;
    this.rng = rng;
  }

  override get metadata(): EnvMetadata {
    return { ...this.inner.metadata, returns: "other" };
  }

  override reset(options?: ResetOptions): Reset<O> {
    const reset = this.inner.reset(options);
    if (options?.seed !== undefined) this.rng = noiseStream(options.seed);
    this.excess = 0;
    return this.measured(reset);
  }

  override step(action: A): Step<O> {
    const before = this.excess;
    const step = this.measured(this.inner.step(action));
    return { ...step, reward: step.reward + this.excess - before };
  }

  private measured<T extends Reset<O>>(answer: T): T {
    const { outcome } = answer.info;
    if (outcome === undefined) return answer;
    const { noise, utility } = this.rules;
    const cost = measuredCost(outcome, noise, noiseFactor(noise, this.rng));
    const seen: Outcome = Object.create(outcome, { cost: { value: cost } });
    this.excess = utility.of(seen) - utility.of(outcome);
    return { ...answer, info: { ...answer.info, measuredCost: cost } };
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    const copy = new NoisyTimes(inner, this.rules, restoreRng(this.rng.state()));
    copy.excess = this.excess;
    return copy;
  }

  protected ownState() {
    return { rng: this.rng.state(), excess: this.excess };
  }

  protected restoreOwn(own: unknown): void {
    const { rng, excess } = parseSaved(this.wrapperName, ownSchema, own, "own");
    this.rng = restoreRng(rng as RngState);
    this.excess = excess;
  }
}
