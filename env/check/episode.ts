/** Whole episodes of random legal actions, recorded for comparison. */
import type { Env, Reset, Step } from "../contract.ts";
import type { Rng } from "../model/rng.ts";
import { difference } from "./difference.ts";
import { insist } from "./law.ts";

/**
 * Most steps of an episode: a hundred for each group. An env that takes more counts as one that
 * never ends.
 */
export const stepLimit = (env: Env): number => 100 * (1 + env.scenario.grouping.groupCount);

/** Seeds for laws that one episode could keep by chance. */
export const seeds: readonly number[] = [11, 12, 13];

export const isOver = (step: Step<unknown>): boolean => Boolean(step.terminated || step.truncated);

/** A random action that the mask allows. */
export function legalAction(env: Env, { info }: Reset<unknown>, rng: Rng): unknown {
  return env.actionSpace.sample(rng, info.actionMask);
}

/**
 * Plays an env on from the answer `from` to the end of the episode, `stepLimit` steps at most.
 * `before` is called before each step.
 */
export function playOn(
  env: Env,
  from: Reset<unknown>,
  rng: Rng,
  before: (last: Reset<unknown>, index: number) => void = () => {},
): Step<unknown>[] {
  const steps: Step<unknown>[] = [];
  const limit = stepLimit(env);
  let last = from;
  while (steps.length < limit) {
    before(last, steps.length);
    const step = env.step(legalAction(env, last, rng));
    steps.push(step);
    if (isOver(step)) break;
    last = step;
  }
  return steps;
}

/** Plays both envs on with the same actions and insists that they answer the same. */
export function insistSamePlay(
  what: string,
  [a, fromA]: readonly [Env, Reset<unknown>],
  [b, fromB]: readonly [Env, Reset<unknown>],
  rngs: readonly [Rng, Rng],
): void {
  insistEqual(`${what}, at the start`, fromA, fromB);
  const stepsA = playOn(a, fromA, rngs[0]);
  const stepsB = playOn(b, fromB, rngs[1]);
  insist(
    stepsA.length === stepsB.length,
    `${what}: the episode took ${stepsA.length} steps, then ${stepsB.length}.`,
  );
  stepsA.forEach((step, i) => {
    insistEqual(`${what}, at step ${i}`, step, stepsB[i]);
  });
  insistEqual(`${what}, at the end`, a.plan(), b.plan());
}

export function insistEqual(what: string, a: unknown, b: unknown): void {
  const found = difference(a, b);
  insist(found === null, `${what}: ${found}.`);
}
