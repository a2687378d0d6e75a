/**
 * `Wrapper`: an env around an env that changes nothing. Concrete wrappers override what they
 * change.
 *
 * Copies and saved states hold the wrapper's own numbers and those of the env inside. So a wrapped
 * env can be cloned, saved and restored like a bare one.
 */
import type { Env, EnvMetadata, Reset, ResetOptions, Space, Step } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { Plan } from "../model/plan/plan.ts";
import type { Scenario } from "../model/scenario.ts";

export interface WrapperState {
  readonly wrapper: string;
  /** What the wrapper itself remembers, JSON-safe. */
  readonly own: unknown;
  readonly inner: unknown;
}

export abstract class Wrapper<O, A> implements Env<O, A> {
  /** Names the wrapper in saved states. */
  protected abstract readonly wrapperName: string;
  protected readonly inner: Env<O, A>;

  constructor(inner: Env<O, A>) {
    this.inner = inner;
  }

  /** The same wrapper around another env, with what this one remembers. */
  protected abstract around(inner: Env<O, A>): Env<O, A>;
  protected abstract ownState(): unknown;
  protected abstract restoreOwn(own: unknown): void;

  get metadata(): EnvMetadata {
    return this.inner.metadata;
  }

  get observationSpace(): Space<O> {
    return this.inner.observationSpace;
  }

  get actionSpace(): Space<A> {
    return this.inner.actionSpace;
  }

  get unwrapped(): Env {
    return this.inner.unwrapped;
  }

  get scenario(): Scenario {
    return this.inner.scenario;
  }

  get constant(): Partial<O> | undefined {
    return this.inner.constant;
  }

  observeInto(observation: O): void {
    this.inner.observeInto?.(observation);
  }

  reset(options?: ResetOptions): Reset<O> {
    return this.inner.reset(options);
  }

  step(action: A): Step<O> {
    return this.inner.step(action);
  }

  render(): string {
    return this.inner.render();
  }

  close(): void {
    this.inner.close();
  }

  plan(): Plan {
    return this.inner.plan();
  }

  clone(): Env<O, A> {
    return this.around(this.inner.clone());
  }

  state(): WrapperState {
    return { wrapper: this.wrapperName, own: this.ownState(), inner: this.inner.state() };
  }

  restore(state: unknown): void {
    const { wrapper, own, inner } = (state ?? {}) as Partial<WrapperState>;
    if (wrapper !== this.wrapperName)
      throw new InputError(
        `The saved state is one of ${wrapper ?? "no wrapper"}, expected ${this.wrapperName}.`,
      );
    this.inner.restore(inner);
    this.restoreOwn(own);
  }
}
