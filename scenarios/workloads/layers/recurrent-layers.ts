/**
 * Layers of unrolled recurrent networks: a sequence as time steps and back, and an LSTM cell
 * (Hochreiter and Schmidhuber, 1997). The fused cell has three ops: concatenation of its inputs,
 * one product with the weights of all four gates, and one pointwise op. The unfused cell has
 * thirteen, one for each kernel that TensorFlow 1 runs. Both do the same work.
 */

import { elements, type Tape, type Tensor } from "../tape/tape.ts";
import { add, addRepeated, batchMatMul, concat, multiply, split, variable } from "./dense-layers.ts";
import { sigmoid, tanh } from "./pointwise.ts";

/** Time steps of a sequence [batch, time, width], each [batch, width]. */
export function unstack(tape: Tape, x: Tensor, name: string): readonly Tensor[] {
  const [batch, time, width] = x.shape;
  const outputs = Array.from({ length: time }, () => [batch, width]);
  return tape.record({ name, type: "Unstack", inputs: [x], outputs });
}

export function stack(tape: Tape, steps: readonly Tensor[], name: string): Tensor {
  const [batch, width] = steps[0].shape;
  return tape.record({ name, type: "Stack", inputs: steps, outputs: [[batch, steps.length, width]] })[0];
}

export function zeros(tape: Tape, name: string, shape: readonly number[]): Tensor {
  return tape.record({ name, type: "Zeros", outputs: [shape] })[0];
}

export interface LstmState {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/** Weights of one layer, shared by all its time steps. */
export interface LstmLayer {
  readonly name: string;
  readonly width: number;
  /** [input + width, 4 width]. */
  readonly weights: Tensor;
  readonly bias: Tensor;
}

export function lstmLayer(tape: Tape, name: string, inputWidth: number, width: number): LstmLayer {
  return {
    name,
    width,
    weights: variable(tape, `${name}/weights`, [inputWidth + width, 4 * width]),
    bias: variable(tape, `${name}/bias`, [4 * width]),
  };
}

/** One time step of a layer. */
export type LstmCell = (tape: Tape, layer: LstmLayer, x: Tensor, state: LstmState, step: number) => LstmState;

export const lstmCell: LstmCell = (tape, layer, x, state, step) => {
  const { width, bias } = layer;
  const shape = [x.shape[0], width];
  const [hidden, cell] = tape.record({
    name: `${layer.name}/step_${step}/gates`,
    type: "LstmGates",
    inputs: [preactivations(tape, layer, x, state, step), state.cell, bias],
    outputs: [shape, shape, [x.shape[0], 4 * width]],
    // Three sigmoids and two tanh at 4 each, four biases, three products, one sum.
    flops: 28 * elements(shape),
  });
  return { hidden, cell };
};

/** The forget gate's constant offset is part of the bias. */
export const unfusedLstmCell: LstmCell = (tape, layer, x, state, step) => {
  const name = `${layer.name}/step_${step}`;
  const biased = addRepeated(
    tape,
    preactivations(tape, layer, x, state, step),
    layer.bias,
    `${name}/bias_add`,
  );
  const [input, candidate, forget, output] = split(tape, biased, `${name}/split`, 4);
  const kept = multiply(tape, state.cell, sigmoid(tape, forget, `${name}/forget`), `${name}/kept`);
  const proposed = tanh(tape, candidate, `${name}/candidate`);
  const written = multiply(tape, sigmoid(tape, input, `${name}/input`), proposed, `${name}/written`);
  const cell = add(tape, kept, written, `${name}/cell`);
  const shown = tanh(tape, cell, `${name}/cell_tanh`);
  const hidden = multiply(tape, shown, sigmoid(tape, output, `${name}/output`), `${name}/hidden`);
  return { hidden, cell };
};

function preactivations(tape: Tape, layer: LstmLayer, x: Tensor, state: LstmState, step: number): Tensor {
  const name = `${layer.name}/step_${step}`;
  const joined = concat(tape, [x, state.hidden], `${name}/concat`, 1);
  return batchMatMul(tape, joined, layer.weights, `${name}/matmul`, {
    shape: [x.shape[0], 4 * layer.width],
    inner: joined.shape[1],
    axes: "bk,kn->bn",
  });
}
