/**
 * Neural machine translation with attention: an encoder and a decoder of LSTM layers, unrolled over time, with the general
 * (multiplicative) global attention of Luong, Pham, Manning ("Effective Approaches to Attention-based Neural Machine
 * Translation", EMNLP 2015), without input feeding. Width 1024 and 32,000 word pieces as in GNMT (Wu et al. 2016); batch 64
 * as in ColocRL (Mirhoseini et al., ICML 2017). Weights are shared by all time steps, so their gradients are summed over time.
 */
import {
  addN,
  batchMatMul,
  concat,
  embedding,
  matMul,
  softmax,
  softmaxCrossEntropy,
  tanh,
  variable,
} from "../dense-layers.ts";
import { type LstmCell, type LstmState, lstmLayer, stack, unstack, zeros } from "../recurrent-layers.ts";
import { createTape, type Tape, type Tensor } from "../tape.ts";

export interface NmtOptions {
  readonly batch: number;
  /** LSTM layers of the encoder, and of the decoder. */
  readonly layers: number;
  /** Time steps of the source, and of the target. */
  readonly steps: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly cell: LstmCell;
}

export function nmt(options: NmtOptions): Tape {
  const { batch, layers, steps, width, vocabulary } = options;
  const tape = createTape();
  const sourceIds = tape.feed("source_ids", [batch, steps], "wide");
  const targetIds = tape.feed("target_ids", [batch, steps], "wide");
  const labels = tape.feeds(
    "labels",
    Array.from({ length: steps }, () => [batch]),
    "wide",
  );
  const table = { rows: vocabulary, columns: width };

  const blank = zeros(tape, "zero_state", [batch, width]);
  const start = Array.from({ length: layers }, () => ({ hidden: blank, cell: blank }));
  const source = unstack(tape, embedding(tape, sourceIds, "encoder/embedding", table), "encoder/steps");
  const encoded = unroll(tape, "encoder", source, start, options);

  const target = unstack(tape, embedding(tape, targetIds, "decoder/embedding", table), "decoder/steps");
  const decoded = unroll(tape, "decoder", target, encoded.states, options);

  const memory = stack(tape, encoded.outputs, "attention/memory");
  const attend = attention(tape, memory, options);
  const projection = variable(tape, "projection/weights", [width, vocabulary]);
  const losses = decoded.outputs.map((query, t) => {
    const logits = batchMatMul(tape, attend(query, t), projection, `projection/step_${t}`, {
      shape: [batch, vocabulary],
      inner: width,
    });
    return softmaxCrossEntropy(tape, logits, labels[t], `loss/step_${t}`);
  });
  addN(tape, losses, "loss/sum");
  return tape;
}

/** All layers over all time steps; returns the top layer's outputs and the last state of each layer. */
function unroll(
  tape: Tape,
  name: string,
  inputs: readonly Tensor[],
  start: readonly LstmState[],
  { width, cell }: NmtOptions,
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

/** From a decoder output to the attentional vector: scores against the keys, softmax, context, one tanh layer. */
function attention(tape: Tape, memory: Tensor, { batch, steps, width }: NmtOptions) {
  const keys = matMul(tape, memory, "attention/keys", width);
  const mix = variable(tape, "attention/weights", [2 * width, width]);
  return (query: Tensor, t: number): Tensor => {
    const name = `attention/step_${t}`;
    const scores = batchMatMul(tape, query, keys, `${name}/scores`, { shape: [batch, steps], inner: width });
    const weights = softmax(tape, scores, `${name}/softmax`);
    const context = batchMatMul(tape, weights, memory, `${name}/context`, {
      shape: [batch, width],
      inner: steps,
    });
    const joined = concat(tape, [context, query], `${name}/concat`, 1);
    const mixed = batchMatMul(tape, joined, mix, `${name}/matmul`, {
      shape: [batch, width],
      inner: 2 * width,
    });
    return tanh(tape, mixed, `${name}/tanh`);
  };
}
