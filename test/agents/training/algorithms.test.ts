import { beforeAll, describe, expect, test } from "vitest";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tf } from "../../../agents/tensors/types.ts";
import { createAdam } from "../../../agents/training/adam.ts";
import type { Algorithm, UpdateStep } from "../../../agents/training/algorithms/algorithm.ts";
import { adapted, ppo } from "../../../agents/training/algorithms/ppo.ts";
import { reinforceAlgorithm } from "../../../agents/training/algorithms/reinforce.ts";
import { SAMPLE } from "../../../agents/training/contract.ts";
import { constant } from "../../../agents/training/schedule.ts";
import { createRng } from "../../../env/index.ts";
import { testBackend } from "../tensors/test-backend.ts";
import { type Bandit, bandit, banditTasks, type Pull } from "./bandit.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

/** Measures the divergence and does nothing about it. */
const MEASURED = { target: 0.01, weight: 0 };
const ADVANTAGES = [1, -2, 0.5, 3];

/** One update on four pulls with given advantages; a small step, so its change is its direction. */
function updateOf(algorithm: Algorithm, network: Bandit, changes: Partial<UpdateStep<Pull>> = {}) {
  const { tasks } = banditTasks(["a"], 3);
  const lesson = network.open(tasks.get("a")!);
  const rollouts = lesson.rollOut(4, SAMPLE, 0, createRng(7));
  const batch = {
    lesson,
    rollouts,
    advantages: ADVANTAGES.map((value) => Float32Array.of(value)),
    returns: ADVANTAGES.map((value) => Float64Array.of(value)),
  };
  const adam = createAdam(tf, network.weights.list, { learningRate: 1e-3 });
  const step = {
    batches: [batch],
    adam,
    entropy: 0,
    weightOf: () => 1,
    valueWeight: 0,
    rng: createRng(3),
    ...changes,
  };
  const metrics = algorithm.improve(tf, step);
  return {
    metrics,
    rollouts,
    gradient: adam.save().moments.first.data,
    logits: [...network.logits.dataSync()],
  };
}

describe("REINFORCE", () => {
  test("follows the mean of advantage times the gradient of the log-probability", () => {
    const network = bandit(tf, 3, () => 0);
    const { rollouts, gradient } = updateOf(reinforceAlgorithm, network);
    const bytes = Buffer.from(gradient, "base64");
    for (let arm = 0; arm < 3; arm++) {
      let expected = 0;
      rollouts.forEach((pull, i) => {
        expected -= (ADVANTAGES[i] * ((pull.arm === arm ? 1 : 0) - 1 / 3)) / 4;
      });
      expect(bytes.readFloatLE(4 * arm) / 0.1).toBeCloseTo(expected, 5);
    }
  });

  test("counts a rollout by its weight, and adds the entropy's gradient", () => {
    const halved = updateOf(
      reinforceAlgorithm,
      bandit(tf, 3, () => 0),
      { weightOf: () => 0.5 },
    );
    const whole = updateOf(
      reinforceAlgorithm,
      bandit(tf, 3, () => 0),
    );
    const first = ({ gradient }: typeof whole) => Buffer.from(gradient, "base64").readFloatLE(0);
    expect(first(halved)).toBeCloseTo(first(whole) / 2, 6);
    expect(halved.metrics.entropy).toBeCloseTo(Math.log(3), 5);
  });
});

describe("PPO", () => {
  test("with one epoch and no limit takes the step of REINFORCE", () => {
    const plain = updateOf(
      reinforceAlgorithm,
      bandit(tf, 3, () => 0),
    );
    const one = updateOf(
      ppo({ epochs: 1 }),
      bandit(tf, 3, () => 0),
    );
    one.logits.forEach((value, arm) => {
      expect(value).toBeCloseTo(plain.logits[arm], 6);
    });
  });

  test("measures KL(new || old) after the last epoch", () => {
    const network = bandit(tf, 3, () => 0);
    const { metrics, logits } = updateOf(ppo({ epochs: 5, kl: MEASURED }), network);
    const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
    const divergence = logits.reduce((total, value) => {
      const now = Math.exp(value) / sum;
      return total + now * (Math.log(now) - Math.log(1 / 3));
    }, 0);
    expect(metrics.kl).toBeCloseTo(divergence, 6);
    expect(metrics.klWeight).toBe(0);
  });

  test("without a penalty measures no divergence", () => {
    const { metrics } = updateOf(
      ppo({ epochs: 5 }),
      bandit(tf, 3, () => 0),
    );
    expect(metrics).not.toHaveProperty("kl");
  });

  test("with a clip gains nothing from a ratio beyond it", () => {
    const far = updateOf(
      ppo({ epochs: 400, kl: MEASURED }),
      bandit(tf, 3, () => 0),
    );
    const near = updateOf(
      ppo({ epochs: 400, clip: constant(0.05), kl: MEASURED }),
      bandit(tf, 3, () => 0),
    );
    expect(near.metrics.kl).toBeLessThan(far.metrics.kl / 10);
  });

  test("with a penalty stays nearer to the old policy, and the weight follows the divergence", () => {
    const free = updateOf(
      ppo({ epochs: 400, kl: MEASURED }),
      bandit(tf, 3, () => 0),
    );
    const kept = updateOf(
      ppo({ epochs: 400, kl: { target: 0.01, weight: 50 } }),
      bandit(tf, 3, () => 0),
    );
    expect(kept.metrics.kl).toBeLessThan(free.metrics.kl / 10);
    expect([adapted(1, 0.02, 0.01), adapted(1, 0.01, 0.01), adapted(1, 0.001, 0.01)]).toEqual([2, 1, 0.5]);
  });
});
