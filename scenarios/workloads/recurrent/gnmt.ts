/**
 * GNMT (Wu et al.: "Google's Neural Machine Translation System", 2016), unrolled. The first layer
 * of the encoder runs in both directions; the decoder has as many layers as the encoder. Additive
 * attention reads the bottom decoder layer of the step before, and its context goes to all other
 * decoder layers. Residual connections begin at the third layer. Width 1024, 32,000 word pieces.
 *
 * The decoder starts from zero states; dropout is left out, as is beam search.
 */
import {
  add,
  addN,
  addRepeated,
  batchMatMul,
  concat,
  matMul,
  softmaxCrossEntropy,
  variable,
} from "../layers/dense-layers.ts";
import { softmax, tanh } from "../layers/pointwise.ts";
import { type LstmState, lstmLayer, stack } from "../layers/recurrent-layers.ts";
import { sentencePairs, type TranslatorOptions } from "../sequence/sentence-pairs.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";

/** Layers below this one have no residual connection. */
const FIRST_RESIDUAL = 2;

/** Takes at least two layers. */
export function gnmt(options: TranslatorOptions): Tape {
  const { batch, width, vocabulary } = options;
  const tape = createTape();
  const { labels, start, words } = sentencePairs(tape, options);

  const memory = stack(tape, encoder(tape, words("encoder"), start, options), "attention/memory");
  const decoded = decoder(tape, words("decoder"), start, attention(tape, memory, options), options);

  const projection = variable(tape, "projection/weights", [width, vocabulary]);
  const bias = variable(tape, "projection/bias", [vocabulary]);
  const losses = decoded.map((top, t) => {
    const shape = [batch, vocabulary];
    const scores = batchMatMul(tape, top, projection, `projection/step_${t}/matmul`, {
      shape,
      inner: width,
      axes: "bk,kv->bv",
    });
    const logits = addRepeated(tape, scores, bias, `projection/step_${t}/bias`);
    return softmaxCrossEntropy(tape, logits, labels[t], `loss/step_${t}`);
  });
  addN(tape, losses, "loss/sum");
  return tape;
}

function encoder(
  tape: Tape,
  source: readonly Tensor[],
  start: LstmState,
  options: TranslatorOptions,
): readonly Tensor[] {
  const there = unroll(tape, "encoder/layer_0/forward", source, start, options);
  const back = unroll(tape, "encoder/layer_0/backward", [...source].reverse(), start, options).reverse();
  let outputs: readonly Tensor[] = there.map((hidden, t) =>
    concat(tape, [hidden, back[t]], `encoder/layer_0/step_${t}/both`, 1),
  );
  for (let l = 1; l < options.layers; l++) {
    const name = `encoder/layer_${l}`;
    const inputs = outputs;
    outputs = unroll(tape, name, inputs, start, options).map((hidden, t) =>
      l < FIRST_RESIDUAL ? hidden : add(tape, hidden, inputs[t], `${name}/step_${t}/residual`),
    );
  }
  return outputs;
}

function unroll(
  tape: Tape,
  name: string,
  inputs: readonly Tensor[],
  start: LstmState,
  { width, cell }: TranslatorOptions,
): Tensor[] {
  const layer = lstmLayer(tape, name, inputs[0].shape[1], width);
  let state = start;
  return inputs.map((input, t) => {
    state = cell(tape, layer, input, state, t);
    return state.hidden;
  });
}

type Attend = (query: Tensor, step: number) => Tensor;

function decoder(
  tape: Tape,
  target: readonly Tensor[],
  start: LstmState,
  attend: Attend,
  { width, layers, cell }: TranslatorOptions,
): readonly Tensor[] {
  const cells = Array.from({ length: layers }, (_, l) =>
    lstmLayer(tape, `decoder/layer_${l}`, l === 0 ? width : 2 * width, width),
  );
  const states = cells.map(() => start);
  return target.map((word, t) => {
    const context = attend(states[0].hidden, t);
    let x = word;
    cells.forEach((layer, l) => {
      const name = `${layer.name}/step_${t}`;
      const input = l === 0 ? x : concat(tape, [x, context], `${name}/with_context`, 1);
      states[l] = cell(tape, layer, input, states[l], t);
      const { hidden } = states[l];
      x = l < FIRST_RESIDUAL ? hidden : add(tape, hidden, x, `${name}/residual`);
    });
    return x;
  });
}

/**
 * Scores from one hidden layer of query and memory (Bahdanau, Cho, Bengio, ICLR 2015). Returns the
 * context.
 */
function attention(tape: Tape, memory: Tensor, { batch, steps, width }: TranslatorOptions): Attend {
  const keys = matMul(tape, memory, "attention/keys", width);
  const weights = variable(tape, "attention/query_weights", [width, width]);
  const scorer = variable(tape, "attention/scorer", [width, 1]);
  return (query, t) => {
    const name = `attention/step_${t}`;
    const asked = batchMatMul(tape, query, weights, `${name}/query`, {
      shape: [batch, width],
      inner: width,
      axes: "bk,kn->bn",
    });
    const mixed = tanh(tape, addRepeated(tape, keys, asked, `${name}/add`, "btn,bn->btn"), `${name}/tanh`);
    const scores = batchMatMul(tape, mixed, scorer, `${name}/scores`, {
      shape: [batch, steps],
      inner: width,
      axes: "bsk,k.->bs",
    });
    const shares = softmax(tape, scores, `${name}/softmax`);
    return batchMatMul(tape, shares, memory, `${name}/context`, {
      shape: [batch, width],
      inner: steps,
      axes: "bs,bsn->bn",
    });
  };
}
