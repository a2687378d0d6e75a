/**
 * Layers of unrolled recurrent networks: sequences taken apart into time steps and put together again, and an LSTM cell
 * (Hochreiter and Schmidhuber, 1997) of three ops: concatenation of its inputs, one product with the weights of all four
 * gates, and the pointwise rest as one fused op.
 */
import { batchMatMul, concat, variable } from "./dense-layers.ts";
import { elements, type Tape, type Tensor } from "./tape.ts";

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

export function lstmCell(tape: Tape, layer: LstmLayer, x: Tensor, state: LstmState, step: number): LstmState {
  const { width, weights, bias } = layer;
  const name = `${layer.name}/step_${step}`;
  const batch = x.shape[0];
  const joined = concat(tape, [x, state.hidden], `${name}/concat`, 1);
  const preactivations = batchMatMul(tape, joined, weights, `${name}/matmul`, {
    shape: [batch, 4 * width],
    inner: joined.shape[1],
  });
  const shape = [batch, width];
  const [hidden, cell] = tape.record({
    name: `${name}/gates`,
    type: "LstmGates",
    inputs: [preactivations, state.cell, bias],
    outputs: [shape, shape, [batch, 4 * width]],
    // Three sigmoids and two tanh at 4 each, four biases, three products, one sum.
    flops: 28 * elements(shape),
  });
  return { hidden, cell };
}
