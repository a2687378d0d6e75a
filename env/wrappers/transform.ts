/**
 * Wrappers that pass what goes in or out of an env through a function: `transformObservation`,
 * `transformReward` and `transformAction`, after Gymnasium's. The functions are pure: they remember
 * nothing, so copies and saved states hold nothing for them.
 */
import type { ActionMask, Env, EnvMetadata, Reset, ResetOptions, Space, Step } from "../contract.ts";
import { shown } from "../envs/options.ts";
import { InputError } from "../model/errors.ts";
import { Wrapper } from "./wrapper.ts";

/** `space` is that of what `transform` answers. */
export interface ObservationTransform<O, P> {
  readonly space: Space<P>;
  transform(observation: O): P;
}

export function transformObservation<O, P, A>(env: Env<O, A>, change: ObservationTransform<O, P>): Env<P, A> {
  return new TransformObservation(
    env as unknown as Env<P, A>,
    change as unknown as ObservationTransform<P, P>,
  );
}

/** The rewards of the new env no longer sum to the score, and `metadata.returns` says so. */
export function transformReward<O, A>(env: Env<O, A>, transform: (reward: number) => number): Env<O, A> {
  return new TransformReward(env, transform);
}

export interface ActionTransform<A, B> {
  /** The space of the new env's actions. */
  readonly space: Space<B>;
  /** The action that the env inside takes. */
  transform(action: B): A;
  /** The mask of the new space for one of the env inside; default the same mask. */
  readonly mask?: (mask: ActionMask) => ActionMask;
}

export function transformAction<O, A, B>(env: Env<O, A>, change: ActionTransform<A, B>): Env<O, B> {
  return new TransformAction(env as unknown as Env<O, B>, change as unknown as ActionTransform<B, B>);
}

/** A wrapper without numbers of its own. */
abstract class Stateless<O, A> extends Wrapper<O, A> {
  protected ownState(): null {
    return null;
  }

  protected restoreOwn(): void {}
}

class TransformObservation<O, A> extends Stateless<O, A> {
  protected readonly wrapperName = "transformObservation";
  private readonly change: ObservationTransform<O, O>;

  constructor(inner: Env<O, A>, change: ObservationTransform<O, O>) {
    super(inner);
    this.change = change;
  }

  override get observationSpace(): Space<O> {
    return this.change.space;
  }

  override get constant(): undefined {
    return undefined;
  }

  /** The env inside observes something else. */
  override observeInto(): void {}

  override reset(options?: ResetOptions): Reset<O> {
    const { observation, info } = this.inner.reset(options);
    return { observation: this.change.transform(observation), info };
  }

  override step(action: A): Step<O> {
    const step = this.inner.step(action);
    return { ...step, observation: this.change.transform(step.observation) };
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    return new TransformObservation(inner, this.change);
  }
}

class TransformReward<O, A> extends Stateless<O, A> {
  protected readonly wrapperName = "transformReward";
  private readonly transform: (reward: number) => number;

  constructor(inner: Env<O, A>, transform: (reward: number) => number) {
    super(inner);
    this.transform = transform;
  }

  override get metadata(): EnvMetadata {
    return { ...this.inner.metadata, returns: "other" };
  }

  override step(action: A): Step<O> {
    const step = this.inner.step(action);
    return { ...step, reward: this.transform(step.reward) };
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    return new TransformReward(inner, this.transform);
  }
}

class TransformAction<O, A> extends Stateless<O, A> {
  protected readonly wrapperName = "transformAction";
  private readonly change: ActionTransform<A, A>;

  constructor(inner: Env<O, A>, change: ActionTransform<A, A>) {
    super(inner);
    this.change = change;
  }

  override get actionSpace(): Space<A> {
    return this.change.space;
  }

  override reset(options?: ResetOptions): Reset<O> {
    return this.masked(this.inner.reset(options));
  }

  override step(action: A): Step<O> {
    const { space } = this.change;
    if (!space.contains(action))
      throw new InputError(`${this.wrapperName}: the action ${shown(action)} is not in ${space.describe()}.`);
    return this.masked(this.inner.step(this.change.transform(action)));
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    return new TransformAction(inner, this.change);
  }

  private masked<T extends Reset<O>>(answer: T): T {
    const { mask } = this.change;
    if (mask === undefined) return answer;
    return { ...answer, info: { ...answer.info, actionMask: mask(answer.info.actionMask) } };
  }
}
