/** Plays an env to the end of its episode with random legal actions. */
import type { Env, Reset, Step } from "../../../env/contract.ts";
import { createRng } from "../../../env/model/rng.ts";

export function play<O, A>(env: Env<O, A>, from: Reset<O>, seed: number | string): Step<O>[] {
  const rng = createRng(seed);
  const steps: Step<O>[] = [];
  let last = from;
  for (;;) {
    const step = env.step(env.actionSpace.sample(rng, last.info.actionMask));
    steps.push(step);
    if (step.terminated || step.truncated) return steps;
    last = step;
  }
}

export const sumOf = (steps: readonly Step<unknown>[]) => steps.reduce((sum, step) => sum + step.reward, 0);
