import { beforeAll, describe, expect, test } from "vitest";
import { recurrenceOf, recurrences } from "../../../../agents/tensors/sequence/recurrence.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const [steps, batch, width] = [4, 2, 3];

describe.each(recurrences)("the recurrence %s", (name) => {
  const { gates, kept, read } = recurrenceOf[name];
  const inputs = () => {
    const rng = createRng(name);
    return [
      randomTensor(tf, rng, [steps, batch, gates * width]),
      randomTensor(tf, rng, [width, gates * width]),
      randomTensor(tf, rng, [batch, kept * width]),
    ];
  };

  test("reads step by step what it reads at once", () => {
    const [given, recurrent, memory] = inputs();
    const whole = read(tf, given, recurrent, memory);
    expect(whole.shape).toEqual([steps, batch, kept * width]);
    let state: Tensor = memory;
    const single = tf.unstack(given, 0).map((input) => {
      state = tf.reshape(read(tf, tf.expandDims(input, 0), recurrent, state), [batch, kept * width]);
      return state;
    });
    expectClose(whole, tf.stack(single), 1e-5);
  });

  test("has the gradients that finite differences show", () => {
    const given = inputs();
    const upstream = randomTensor(tf, createRng("upstream"), [steps, batch, kept * width]);
    const loss = (...x: Tensor[]) => tf.sum(tf.mul(read(tf, x[0], x[1], x[2]), upstream));
    tf.grads(loss)(given).forEach((gradient, i) => {
      expectClose(gradient, finiteDifferences(tf, loss, given, i), 0.05);
    });
  });
});

test("the plain one is a hyperbolic tangent of input and state", () => {
  const { read } = recurrenceOf.rnn;
  const states = read(
    tf,
    tf.tensor([0.1, 0.2, 0.3, 0.4], [2, 1, 2]),
    tf.tensor([1, 0, 0, 2], [2, 2]),
    tf.tensor([0.5, -0.5], [1, 2]),
  );
  const first = [Math.tanh(0.6), Math.tanh(-0.8)];
  const second = [Math.tanh(0.3 + first[0]), Math.tanh(0.4 + 2 * first[1])];
  expectClose(states, tf.tensor([...first, ...second], [2, 1, 2]), 1e-5);
});
