/**
 * `timeLimit`: cuts an episode off by `truncated` after a number of steps, as Gymnasium's TimeLimit
 * does. An episode whose last allowed step is also its own end is both terminated and truncated.
 */
import { z } from "zod";
import type { Env, Reset, ResetOptions, Step } from "../contract.ts";
import { parseSaved } from "../envs/saved-state.ts";
import { InputError } from "../model/errors.ts";
import { Wrapper } from "./wrapper.ts";

const ownSchema = z.object({ steps: z.int().min(0), cutOff: z.boolean() });

export function timeLimit<O, A>(env: Env<O, A>, maxSteps: number): Env<O, A> {
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new InputError(`The time limit is ${maxSteps} steps, expected a whole number of at least 1.`);
  return new TimeLimit(env, maxSteps);
}

class TimeLimit<O, A> extends Wrapper<O, A> {
  protected readonly wrapperName = "timeLimit";
  private readonly maxSteps: number;
  private steps = 0;
  private cutOff = false;

  constructor(inner: Env<O, A>, maxSteps: number) {
    super(inner);
    this.maxSteps = maxSteps;
  }

  override reset(options?: ResetOptions): Reset<O> {
    const reset = this.inner.reset(options);
    this.steps = 0;
    this.cutOff = false;
    return reset;
  }

  override step(action: A): Step<O> {
    if (this.cutOff)
      throw new InputError(
        `The episode was cut off after ${this.maxSteps} steps; call reset before the next step.`,
      );
    const step = this.inner.step(action);
    this.steps++;
    this.cutOff = this.steps >= this.maxSteps;
    if (!this.cutOff) return step;
    const actionMask = new Uint8Array(step.info.actionMask.length);
    return { ...step, truncated: true, info: { ...step.info, actionMask } };
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    const copy = new TimeLimit(inner, this.maxSteps);
    copy.steps = this.steps;
    copy.cutOff = this.cutOff;
    return copy;
  }

  protected ownState() {
    return { steps: this.steps, cutOff: this.cutOff };
  }

  protected restoreOwn(own: unknown): void {
    const { steps, cutOff } = parseSaved(this.wrapperName, ownSchema, own, "own");
    this.steps = steps;
    this.cutOff = cutOff;
  }
}
