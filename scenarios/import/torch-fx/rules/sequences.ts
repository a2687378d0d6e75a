/**
 * Recurrent networks and attention of PyTorch. Recurrent work is that of the weights alone, 2 FLOP
 * for each weight, step and sequence; gates are small beside it. Attention is the scores and the
 * weighted values: queries x keys x depth, twice, whatever the mask.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { type FxCall, type FxRule, named, product } from "../fx-call.ts";
import { elementsOf, type TensorType } from "../tensor-type.ts";
import { lastOf } from "./products.ts";

const matricesOf = (tensors: readonly TensorType[]): readonly TensorType[] =>
  tensors.filter(({ shape }) => shape.length === 2);
const sizeOf = (tensors: readonly TensorType[]): number =>
  tensors.reduce((sum, each) => sum + elementsOf(each), 0);
const rowsOf = (tensor: TensorType): number => elementsOf(tensor) / Math.max(1, lastOf(tensor));

/**
 * Every matrix meets every step. Arguments: data, states, weights; packed sequences have their
 * lengths as second argument. A module has its weights behind its inputs.
 */
const recurrent: FxRule = (call) => {
  const listed = call.list(3).length > 0 ? call.list(3) : call.list(2);
  const given = call.own.length > 0 ? call.own : listed;
  const weights = matricesOf(given.length > 0 ? given : call.inputs.slice(1, 3));
  if (weights.length === 0) throw new InputError(`${call.word} has no weights.`);
  return { type: "MatMul", flops: 2 * rowsOf(call.tensor(0)) * sizeOf(weights) };
};

/** One step. Arguments: data, states, then the weights of data and state. */
const cell: FxRule = (call) => {
  const others = call.inputs.slice(1 + Math.max(1, call.list(1).length));
  const weights = matricesOf(call.own.length > 0 ? call.own : others);
  if (weights.length === 0) throw new InputError(`${call.word} has no weights.`);
  return { type: "MatMul", flops: 2 * rowsOf(call.tensor(0)) * sizeOf(weights) };
};

/** Data, hidden state, and gates that are already products: only the gates are left. */
const gates: FxRule = (call) => ({ type: call.word, flops: 30 * elementsOf(call.output) });

/** `keyAxis` is that of the positions, from the end. */
const attention =
  (first: number, keyAxis: number, times: number): FxRule =>
  (call) => {
    const [query, key, value] = [first, first + 1, first + 2].map((i) => call.tensor(i));
    const keys = key.shape.at(keyAxis);
    if (keys === undefined) throw new InputError(`${call.word} has no query, key and value of known shapes.`);
    const [scores, values] = [lastOf(query), lastOf(value)].map((depth) => 2 * rowsOf(query) * keys * depth);
    // The gradient makes the scores again, and has two products for each of the forward pass.
    return {
      type: "BatchMatMul",
      flops: times === 1 ? scores + values : 3 * scores + 2 * values,
    };
  };

/**
 * Modules and fused ops of transformers: every matrix meets every token. Each input projection [3 x
 * width, width] stands for one attention over the whole sequence.
 */
const transformer: FxRule = (call) => {
  const tokens = call.tensor(0);
  const matrices = matricesOf(call.inputs.slice(1));
  if (matrices.length === 0) throw new InputError(`${call.word} has no weights.`);
  const width = lastOf(tokens);
  const attentions = matrices.filter(({ shape }) => shape[0] === 3 * width && shape[1] === width).length;
  const scores = attentions * 4 * rowsOf(tokens) * lengthOf(call, tokens) * width;
  return product(2 * rowsOf(tokens) * sizeOf(matrices) + scores, tokens);
};

/** Fused ops have batches first, modules have sequences first by default. */
function lengthOf({ word }: FxCall, { shape }: TensorType): number {
  if (shape.length < 3) return shape[0] ?? 1;
  return /fwd|native/.test(word) ? shape[1] : shape[0];
}

const flash = "flash_attention_forward efficient_attention_forward cudnn_attention_forward";
const fused =
  "flash_attention flash_attention_for_cpu efficient_attention cudnn_attention fused_attention_overrideable";
const fusedWords = fused.split(" ").map((word) => `scaled_dot_product_${word}`);

export const sequenceRules: readonly (readonly [string, FxRule])[] = [
  ...named(
    "lstm gru rnn rnn_tanh rnn_relu quantized_lstm quantized_gru mkldnn_rnn_layer cudnn_rnn",
    recurrent,
  ),
  ...named("lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell lstmcell grucell rnncell", cell),
  ...named("thnn_fused_lstm_cell thnn_fused_gru_cell", gates),
  ...named("scaled_dot_product_attention scaled_dot_product_attention_math", attention(0, -2, 1)),
  ...named("scaled_dot_product_attention_math_for_mps flex_attention", attention(0, -2, 1)),
  ...named(fusedWords.join(" "), attention(0, -2, 1)),
  ...named(fusedWords.map((word) => `${word}_backward`).join(" "), attention(1, -2, 2)),
  ...named("flex_attention_backward", attention(0, -2, 2)),
  ...named(flash, attention(0, -3, 1)),
  ...named(flash.replaceAll("forward", "backward"), attention(1, -3, 2)),
  ...named(
    "transformer_encoder_layer_fwd native_multi_head_attention multi_head_attention_forward",
    transformer,
  ),
  ...named("transformerencoderlayer transformerdecoderlayer multiheadattention", transformer),
  ...named("transformerencoder transformerdecoder transformer", transformer),
];
