import { beforeAll, describe, expect, test } from "vitest";
import { maskBias } from "../../../agents/nets/categorical.ts";
import { createWeights } from "../../../agents/nets/weights.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tensor2D, Tf } from "../../../agents/tensors/types.ts";
import { createAdam } from "../../../agents/training/adam.ts";
import { entropyOf, takenLogProbability } from "../../../agents/training/policy-gradient.ts";
import { testBackend } from "../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

describe("policy gradient terms", () => {
  test("an illegal device leaves entropy and log-probabilities finite", () => {
    const logits = tf.add(tf.zeros([1, 3]), tf.tensor2d(maskBias([1, 0, 1]), [1, 3]));
    const logProbabilities = tf.logSoftmax(logits as Tensor2D);
    expect(entropyOf(tf, logProbabilities).dataSync()[0]).toBeCloseTo(Math.log(2), 5);
    const taken = takenLogProbability(tf, logProbabilities, [Int32Array.of(2)]);
    expect(taken.dataSync()[0]).toBeCloseTo(-Math.log(2), 5);
  });
});

describe("Adam", () => {
  test("steps as the published formula does", () => {
    const weights = createWeights(tf);
    const x = weights.add("x", [2], Float32Array.of(1, -3));
    const adam = createAdam(tf, weights.list, { learningRate: 0.1 });
    const expected = [1, -3];
    const [first, second] = [
      [0, 0],
      [0, 0],
    ];
    for (let step = 1; step <= 5; step++) {
      adam.minimize(() => tf.sum(tf.square(x)));
      expected.forEach((value, i) => {
        const gradient = 2 * value;
        first[i] = 0.9 * first[i] + 0.1 * gradient;
        second[i] = 0.999 * second[i] + 0.001 * gradient ** 2;
        const rate = (0.1 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
        expected[i] -= (rate * first[i]) / (Math.sqrt(second[i]) + 1e-8);
      });
    }
    [...x.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });

  test("scales a gradient down to the largest norm and reports the norm before", () => {
    const weights = createWeights(tf);
    const x = weights.add("x", [2], Float32Array.of(3, 4));
    const adam = createAdam(tf, weights.list, { learningRate: 0.1, clipNorm: 1 });
    expect(adam.minimize(() => tf.sum(tf.square(x))).gradientNorm).toBeCloseTo(10, 4);
    const moment = Buffer.from(adam.save().moments.first.data, "base64");
    expect(moment.readFloatLE(0)).toBeCloseTo(0.1 * 0.6, 6);
  });

  test("differentiates a loss in parts as it does the whole", () => {
    const stepWith = (...losses: ((x: Tensor2D) => Tensor2D)[]) => {
      const weights = createWeights(tf);
      const x = weights.add("x", [1, 2], Float32Array.of(1, 2)) as unknown as Tensor2D;
      const adam = createAdam(tf, weights.list, { learningRate: 0.1 });
      adam.minimize(...losses.map((loss) => () => tf.sum(loss(x))));
      return [...x.dataSync()];
    };
    const whole = stepWith((x) => tf.add(tf.square(x), tf.mul(x, 3)));
    stepWith(
      (x) => tf.square(x),
      (x) => tf.mul(x, 3),
    ).forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i], 6);
    });
  });
});
