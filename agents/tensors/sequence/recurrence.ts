/**
 * Recurrent cells that read a sequence in one call, in one form. They are the LSTM of lstm.ts, and
 * the plain network of Elman (1990), state = tanh(input + state x recurrent).
 */
import { matrixProduct } from "../matrix-product.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";
import { lstm } from "./lstm.ts";

export const recurrences = ["lstm", "rnn"] as const;
export type RecurrenceName = (typeof recurrences)[number];

export interface Recurrence {
  /** Columns of inputs and recurrent weights for each hidden unit. */
  readonly gates: number;
  /** Columns of the memory for each hidden unit; the state comes first. */
  readonly kept: number;
  /**
   * From inputs [steps x batch x gates H] and the memory before [batch x kept H]. It gives the
   * memory after each step, [steps x batch x kept H]. Differentiable.
   */
  read(tf: Tf, inputs: Tensor, recurrent: Tensor, memory: Tensor): Tensor;
}

const longShortTerm: Recurrence = {
  gates: 4,
  kept: 2,
  read(tf, inputs, recurrent, memory) {
    const [state, cell] = tf.split(memory as Tensor2D, 2, 1);
    return lstm(tf, inputs, recurrent, state, cell);
  },
};

const plain: Recurrence = {
  gates: 1,
  kept: 1,
  read(tf, inputs, recurrent, memory) {
    let state = memory;
    const states = tf.unstack(inputs, 0).map((input) => {
      state = tf.tanh(tf.add(input, matrixProduct(tf, state, recurrent)));
      return state;
    });
    return tf.stack(states, 0);
  },
};

export const recurrenceOf: Readonly<Record<RecurrenceName, Recurrence>> = {
  lstm: longShortTerm,
  rnn: plain,
};
