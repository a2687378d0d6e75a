import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type EpisodeStep,
  nStepTransitions,
} from "../../../../../agents/training/algorithms/rainbow/n-step.ts";

const stepsOf = (rewards: readonly number[]): EpisodeStep[] =>
  rewards.map((reward, t) => ({
    state: Uint8Array.of(t),
    mask: Uint8Array.of(1, t % 2),
    action: t % 2,
    reward,
  }));

test("are the discounted sums of the next rewards, up to the end of the episode", () => {
  const rewards = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 9 });
  fc.assert(
    fc.property(rewards, fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 0.5), (all, n, discount) => {
      const steps = stepsOf(all);
      nStepTransitions(steps, n, discount).forEach((transition, t) => {
        const seen = all.slice(t, t + n);
        expect(transition.reward).toBeCloseTo(
          seen.reduce((sum, reward, i) => sum + discount ** i * reward, 0),
          12,
        );
        expect([transition.state, transition.action]).toEqual([steps[t].state, steps[t].action]);
        const after = steps[t + n];
        expect(transition.discount).toBe(after === undefined ? 0 : discount ** n);
        if (after !== undefined)
          expect([transition.next, transition.nextMask]).toEqual([after.state, after.mask]);
      });
    }),
  );
});

test("of an episode without decisions there are none", () => {
  expect(nStepTransitions([], 3, 1)).toEqual([]);
});
