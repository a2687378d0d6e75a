/**
 * Neural machine translation with attention: an encoder and a decoder of LSTM layers, unrolled over
 * time. Attention is global and general (multiplicative), without input feeding (Luong, Pham,
 * Manning: "Effective Approaches to Attention-based Neural Machine Translation", EMNLP 2015). Width
 * 1024 and 32,000 word pieces as in GNMT (Wu et al. 2016); batch 64 as in ColocRL (Mirhoseini et
 * al., ICML 2017). Weights are shared by all time steps, so their gradients are summed over time.
 */
import { addN, batchMatMul, concat, matMul, softmaxCrossEntropy, variable } from "../layers/dense-layers.ts";
import { softmax, tanh } from "../layers/pointwise.ts";
import { type LstmState, lstmLayer, stack } from "../layers/recurrent-layers.ts";
import { sentencePairs, type TranslatorOptions } from "../sequence/sentence-pairs.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";

export function nmt(options: TranslatorOptions): Tape {
  const { batch, layers, width, vocabulary } = options;
  const tape = createTape();
  const { labels, start, words } = sentencePairs(tape, options);

  const blank = Array.from({ length: layers }, () => start);
  const encoded = unroll(tape, "encoder", words("encoder"), blank, options);
  const decoded = unroll(tape, "decoder", words("decoder"), encoded.states, options);

  const memory = stack(tape, encoded.outputs, "attention/memory");
  const attend = attention(tape, memory, options);
  const projection = variable(tape, "projection/weights", [width, vocabulary]);
  const losses = decoded.outputs.map((query, t) => {
    const logits = batchMatMul(tape, attend(query, t), projection, `projection/step_${t}`, {
      shape: [batch, vocabulary],
      inner: width,
      axes: "bk,kv->bv",
    });
    return softmaxCrossEntropy(tape, logits, labels[t], `loss/step_${t}`);
  });
  addN(tape, losses, "loss/sum");
  return tape;
}

/**
 * All layers over all time steps; returns the top layer's outputs and the last state of each layer.
 */
function unroll(
  tape: Tape,
  name: string,
  inputs: readonly Tensor[],
  start: readonly LstmState[],
  { width, cell }: TranslatorOptions,
): { readonly outputs: readonly Tensor[]; readonly states: readonly LstmState[] } {
  const layers = start.map((_, l) => lstmLayer(tape, `${name}/layer_${l}`, width, width));
  const states = [...start];
  const outputs = inputs.map((input, t) => {
    let x = input;
    layers.forEach((layer, l) => {
      states[l] = cell(tape, layer, x, states[l], t);
      x = states[l].hidden;
    });
    return x;
  });
  return { outputs, states };
}

/**
 * The attentional vector of a decoder output: scores against the keys, softmax, context, one tanh
 * layer.
 */
function attention(tape: Tape, memory: Tensor, { batch, steps, width }: TranslatorOptions) {
  const keys = matMul(tape, memory, "attention/keys", width);
  const mix = variable(tape, "attention/weights", [2 * width, width]);
  return (query: Tensor, t: number): Tensor => {
    const name = `attention/step_${t}`;
    const scores = batchMatMul(tape, query, keys, `${name}/scores`, {
      shape: [batch, steps],
      inner: width,
      axes: "bk,bsk->bs",
    });
    const weights = softmax(tape, scores, `${name}/softmax`);
    const context = batchMatMul(tape, weights, memory, `${name}/context`, {
      shape: [batch, width],
      inner: steps,
      axes: "bs,bsn->bn",
    });
    const joined = concat(tape, [context, query], `${name}/concat`, 1);
    const mixed = batchMatMul(tape, joined, mix, `${name}/matmul`, {
      shape: [batch, width],
      inner: 2 * width,
      axes: "bk,kn->bn",
    });
    return tanh(tape, mixed, `${name}/tanh`);
  };
}
