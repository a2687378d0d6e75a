/**
 * A critic's values as baseline, with generalised advantage estimation (Schulman et al., ICLR
 * 2016): A2C and actor-critic PPO. Pre: the lesson's replay has `values`, one row for each step.
 * The returns it answers are such that `return - expected` is the advantage.
 */
import { readOut } from "../../tensors/tf.ts";
import type { Tf } from "../../tensors/types.ts";
import type { Lesson, Rollout } from "../contract.ts";
import type { Baseline } from "./baseline.ts";

export function critic(tf: Tf, discount: number, lambda: number): Baseline {
  return {
    expected(returns, rollouts, lesson) {
      return valuesOf(tf, lesson, rollouts).map((values, i) => {
        const { rewards } = rollouts[i];
        const expected = new Float64Array(rewards.length);
        let advantage = 0;
        for (let step = rewards.length - 1; step >= 0; step--) {
          const next = step + 1 < rewards.length ? values[step + 1] : 0;
          const surprise = rewards[step] + discount * next - values[step];
          advantage = surprise + discount * lambda * advantage;
          expected[step] = returns[i][step] - advantage;
        }
        return expected;
      });
    },
    save: () => null,
    load() {},
  };
}

function valuesOf(tf: Tf, lesson: Lesson, rollouts: readonly Rollout[]): Float64Array[] {
  const values = rollouts.map(({ rewards }) => new Float64Array(rewards.length));
  for (const part of lesson.parts?.(rollouts) ?? [() => lesson.replay(rollouts)])
    readOut(tf, () => {
      const replay = part();
      const { rollout, step } = replay.decisions[0];
      if (replay.values === undefined)
        throw new Error("The network has no critic, which its baseline needs.");
      replay.values.dataSync().forEach((value, row) => {
        values[rollout[row]][step[row]] = value;
      });
    });
  return values;
}
