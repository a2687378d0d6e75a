/**
 * An LSTM (Hochreiter and Schmidhuber, 1997) over a whole sequence as one operation with its own
 * gradient.
 *
 * TensorFlow.js spends 20-30 us on every call. An LSTM step written in its operations takes some
 * fifteen calls forward and thirty backward. Here a step is one matrix product and one pass over
 * the gates in each direction. The gradient of the weights is a single product over all steps.
 *
 * Input:
 * - `projected` [steps x batch x 4H]: the inputs times their weights plus the bias, gates in the
 *   order input, forget, candidate, output;
 * - `recurrent` [H x 4H];
 * - the first state and cell, [batch x H] each.
 *
 * Output [steps x batch x 2H]: state, then cell, after every step. It equals the composed
 * operations within float32 rounding.
 */
import type { Tensor, Tensor2D, Tf } from "./types.ts";

export function lstm(
  tf: Tf,
  projected: Tensor,
  recurrent: Tensor,
  firstState: Tensor,
  firstCell: Tensor,
): Tensor {
  const operation = tf.customGrad((...inputs) => {
    const [z, weights, h0, c0] = inputs as Tensor[];
    const [steps, batch, gateWidth] = z.shape;
    const width = gateWidth / 4;
    const record = forward(tf, z, weights, h0, c0);
    return {
      value: tf.tensor(record.output, [steps, batch, 2 * width]),
      gradFunc: (upstream: Tensor) => backward(tf, upstream, weights, record),
    };
  });
  return operation(projected, recurrent, firstState, firstCell);
}

interface Record {
  readonly steps: number;
  readonly batch: number;
  readonly width: number;
  readonly h0: Float32Array;
  readonly c0: Float32Array;
  /** Activated gates, shape [steps x batch x 4H]. */
  readonly gates: Float32Array;
  /** State and cell, shape [steps x batch x 2H]. */
  readonly output: Float32Array;
}

function forward(tf: Tf, z: Tensor, weights: Tensor, h0: Tensor, c0: Tensor): Record {
  const [steps, batch, gateWidth] = z.shape;
  const width = gateWidth / 4;
  const projected = z.dataSync() as Float32Array;
  const gates = new Float32Array(projected.length);
  const output = new Float32Array(steps * batch * 2 * width);
  const first = { h: h0.dataSync() as Float32Array, c: c0.dataSync() as Float32Array };
  const state = first.h.slice();
  const cell = first.c.slice();
  for (let step = 0; step < steps; step++) {
    const recurrent = product(tf, state, batch, weights as Tensor2D);
    for (let b = 0; b < batch; b++) {
      const row = b * gateWidth;
      const at = step * batch * gateWidth + row;
      const out = (step * batch + b) * 2 * width;
      for (let k = 0; k < width; k++) {
        const input = sigmoid(projected[at + k] + recurrent[row + k]);
        const forget = sigmoid(projected[at + width + k] + recurrent[row + width + k]);
        const candidate = Math.tanh(projected[at + 2 * width + k] + recurrent[row + 2 * width + k]);
        const open = sigmoid(projected[at + 3 * width + k] + recurrent[row + 3 * width + k]);
        const c = forget * cell[b * width + k] + input * candidate;
        const h = open * Math.tanh(c);
        gates[at + k] = input;
        gates[at + width + k] = forget;
        gates[at + 2 * width + k] = candidate;
        gates[at + 3 * width + k] = open;
        output[out + k] = state[b * width + k] = h;
        output[out + width + k] = cell[b * width + k] = c;
      }
    }
  }
  return { steps, batch, width, h0: first.h, c0: first.c, gates, output };
}

function backward(tf: Tf, upstream: Tensor, weights: Tensor, record: Record): Tensor[] {
  const { steps, batch, width, h0, c0, gates, output } = record;
  const gateWidth = 4 * width;
  const dOutput = upstream.dataSync() as Float32Array;
  const dz = new Float32Array(gates.length);
  const transposed = tf.transpose(weights) as Tensor2D;
  let dState: Float32Array = new Float32Array(batch * width);
  const dCell = new Float32Array(batch * width);
  for (let step = steps - 1; step >= 0; step--) {
    for (let b = 0; b < batch; b++) {
      const at = (step * batch + b) * gateWidth;
      const out = (step * batch + b) * 2 * width;
      for (let k = 0; k < width; k++) {
        const i = b * width + k;
        const input = gates[at + k];
        const forget = gates[at + width + k];
        const candidate = gates[at + 2 * width + k];
        const open = gates[at + 3 * width + k];
        const squashed = Math.tanh(output[out + width + k]);
        const before = step === 0 ? c0[i] : output[out - batch * 2 * width + width + k];
        const dh = dOutput[out + k] + dState[i];
        const dc = dOutput[out + width + k] + dCell[i] + dh * open * (1 - squashed * squashed);
        dz[at + k] = dc * candidate * input * (1 - input);
        dz[at + width + k] = dc * before * forget * (1 - forget);
        dz[at + 2 * width + k] = dc * input * (1 - candidate * candidate);
        dz[at + 3 * width + k] = dh * squashed * open * (1 - open);
        dCell[i] = dc * forget;
      }
    }
    const dzStep = dz.subarray(step * batch * gateWidth, (step + 1) * batch * gateWidth);
    dState = product(tf, dzStep, batch, transposed);
  }
  const dProjected = tf.tensor2d(dz, [steps * batch, gateWidth]);
  const statesBefore = tf.tensor2d(previousStates(record, h0), [width, steps * batch]);
  return [
    tf.reshape(dProjected, [steps, batch, gateWidth]),
    tf.matMul(statesBefore, dProjected),
    tf.tensor2d(dState, [batch, width]),
    tf.tensor2d(dCell, [batch, width]),
  ];
}

/** The state that every step started from, transposed: shape [H x (steps x batch)]. */
function previousStates({ steps, batch, width, output }: Record, h0: Float32Array): Float32Array {
  const rows = steps * batch;
  const states = new Float32Array(width * rows);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < width; k++)
      states[k * rows + row] = row < batch ? h0[row * width + k] : output[(row - batch) * 2 * width + k];
  return states;
}

function product(tf: Tf, left: Float32Array, rows: number, right: Tensor2D): Float32Array {
  const matrix = tf.tensor2d(left, [rows, right.shape[0]]);
  const result = tf.matMul(matrix, right);
  const values = result.dataSync() as Float32Array;
  tf.dispose([matrix, result]);
  return values;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
