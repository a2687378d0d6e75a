/**
 * Einsum, and recurrent networks as one op: cuDNN's, and TensorFlow's own blocks. 2 FLOP per
 * multiply-add, gates as in the rules of ONNX. Semantics: cudnn_rnn_ops.cc, rnn_ops.cc and
 * special_math of tensorflow/core/ops.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { einsum as contraction } from "../../tensors/einsum.ts";
import { elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import type { TfRule } from "../tf-op.ts";

const einsum: TfRule = (op) => {
  const { shape, multiplyAdds } = contraction(
    op.text("equation", ""),
    op.inputs.map((_, i) => op.sizes(i)),
  );
  return { outputs: [{ element: op.input(0).element, shape }], flops: 2 * multiplyAdds };
};

/** Gates of one cell, and FLOP of their functions for each element of the state. */
const cells: Readonly<Record<string, { readonly gates: number; readonly flops: number }>> = {
  lstm: { gates: 4, flops: 30 },
  gru: { gates: 3, flops: 20 },
  rnn_tanh: { gates: 1, flops: 5 },
  rnn_relu: { gates: 1, flops: 2 },
};

/**
 * Inputs: data [steps, batch, width], states [layers x directions, batch, units], parameters as one
 * vector. Layers above the first read what both directions of the one below make.
 */
const cudnn: TfRule = (op) => {
  const data = op.ofRank(0, 3);
  const [steps, batch] = op.isSet("time_major") || !op.has("time_major") ? data : [data[1], data[0]];
  const [stacked, , units] = op.ofRank(1, 3);
  const directions = op.text("direction", "unidirectional") === "bidirectional" ? 2 : 1;
  const cell = cells[op.text("rnn_mode", "lstm")];
  if (cell === undefined) throw new InputError(`rnn_mode is "${op.text("rnn_mode", "").slice(0, 40)}".`);
  let multiplyAdds = 0;
  for (let layer = 0; layer < Math.min(stacked / directions, MOST_LAYERS); layer++) {
    const width = layer === 0 ? data[2] : directions * units;
    multiplyAdds += directions * steps * batch * cell.gates * units * (width + units);
  }
  const { element } = op.input(0);
  const shape: Shape = [data[0], data[1], directions * units];
  const state: Tensor = { element, shape: op.sizes(1) };
  const reserve: Tensor = { element, shape: [0] };
  return {
    outputs: [{ element, shape }, state, state, reserve, { element: "int8", shape: [0] }],
    flops: 2 * multiplyAdds + cell.flops * steps * batch * units * stacked,
  };
};

const MOST_LAYERS = 1024;

/** Weights of a block are [data and state, gates x units]. */
function block(data: Shape, weights: Shape, gates: number): number {
  if (weights.length !== 2) throw new InputError(`the weights have the shape ${shown(weights)}.`);
  const rows = elements(data.slice(0, -1));
  const units = weights[1] / gates;
  return 2 * rows * weights[0] * weights[1] + (gates === 4 ? 30 : 20) * rows * units;
}

/** Inputs: number of steps, data [steps, batch, width], states, weights. */
const blockLstm: TfRule = (op) => {
  const data = op.ofRank(1, 3);
  const weights = op.ofRank(4, 2);
  const made: Tensor = { element: op.input(1).element, shape: [data[0], data[1], weights[1] / 4] };
  return { outputs: Array.from({ length: 7 }, () => made), flops: block(data, weights, 4) };
};

/** Inputs: data [batch, width], states, weights. */
const cellLstm: TfRule = (op) => {
  const data = op.ofRank(0, 2);
  const weights = op.ofRank(3, 2);
  const made: Tensor = { element: op.input(0).element, shape: [data[0], weights[1] / 4] };
  return { outputs: Array.from({ length: 7 }, () => made), flops: block(data, weights, 4) };
};

/** Inputs: data, state, weights of two gates, weights of the candidate. */
const cellGru: TfRule = (op) => {
  const [data, state] = [op.ofRank(0, 2), op.ofRank(1, 2)];
  const weights = [op.ofRank(2, 2), op.ofRank(3, 2)];
  const made: Tensor = { element: op.input(0).element, shape: state };
  const products = weights.reduce((all, matrix) => all + 2 * data[0] * elements(matrix), 0);
  return { outputs: Array.from({ length: 4 }, () => made), flops: products + 20 * elements(state) };
};

export const sequenceRules: Readonly<Record<string, TfRule>> = {
  Einsum: einsum,
  CudnnRNN: cudnn,
  CudnnRNNV2: cudnn,
  CudnnRNNV3: cudnn,
  BlockLSTM: blockLstm,
  BlockLSTMV2: blockLstm,
  LSTMBlockCell: cellLstm,
  GRUBlockCell: cellGru,
};
