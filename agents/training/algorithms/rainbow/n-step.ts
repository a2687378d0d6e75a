/**
 * Transitions over n steps of an episode (Sutton, 1988; Hessel et al., Rainbow, AAAI 2018): the
 * discounted rewards of up to n steps, then the state after them.
 */
import type { Transition } from "./replay-memory.ts";

export interface EpisodeStep {
  readonly state: Uint8Array;
  readonly mask: Uint8Array;
  readonly action: number;
  /** What the action was paid. */
  readonly reward: number;
}

/** One transition for each step of a whole episode, in order. */
export function nStepTransitions(steps: readonly EpisodeStep[], n: number, discount: number): Transition[] {
  return steps.map(({ state, action }, t) => {
    const end = Math.min(t + n, steps.length);
    let reward = 0;
    for (let i = end - 1; i >= t; i--) reward = steps[i].reward + discount * reward;
    const isOver = end === steps.length;
    const next = isOver ? steps[steps.length - 1] : steps[end];
    return {
      state,
      action,
      reward,
      next: next.state,
      nextMask: next.mask,
      discount: isOver ? 0 : discount ** n,
    };
  });
}
