/**
 * BERT-base (Devlin, Chang, Lee, Toutanova: "BERT: Pre-training of Deep Bidirectional Transformers for Language
 * Understanding", NAACL 2019), fine-tuned to classify sentence pairs: 12 layers, width 768, 12 heads, uncased vocabulary.
 * Transposes between the layouts of heads and tokens are ops, since they move data.
 */
import {
  add,
  batchMatMul,
  dense,
  dropout,
  embedding,
  gelu,
  layerNorm,
  scaleMask,
  slice,
  softmax,
  softmaxCrossEntropy,
  tanh,
  transpose,
} from "../dense-layers.ts";
import { createTape, type Tape, type Tensor } from "../tape.ts";

export interface BertOptions {
  readonly batch: number;
  /** Tokens in a sequence. */
  readonly tokens: number;
  readonly layers: number;
}

const WIDTH = 768;
const HEADS = 12;
const INNER_WIDTH = 3072;
const VOCABULARY = 30522;
export const BERT_POSITIONS = 512;
const SEGMENTS = 2;
const CLASSES = 2;

export function bert({ batch, tokens, layers }: BertOptions): Tape {
  const tape = createTape();
  const ids = tape.feed("token_ids", [batch, tokens], "wide");
  const segments = tape.feed("segment_ids", [batch, tokens], "wide");
  const mask = tape.feed("attention_mask", [batch, tokens]);
  const positions = tape.feed("position_ids", [tokens], "wide");
  const labels = tape.feed("labels", [batch], "wide");

  let x = embeddings(tape, ids, segments, positions);
  for (let i = 0; i < layers; i++) x = encoderLayer(tape, x, mask, `layer_${i}`);

  const first = slice(tape, x, "pooler/first_token", [batch, WIDTH]);
  const pooled = tanh(tape, dense(tape, first, "pooler", WIDTH), "pooler/tanh");
  const logits = dense(tape, dropout(tape, pooled, "head/dropout"), "head/logits", CLASSES);
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}

function embeddings(tape: Tape, ids: Tensor, segments: Tensor, positions: Tensor): Tensor {
  const words = embedding(tape, ids, "embeddings/words", { rows: VOCABULARY, columns: WIDTH });
  const kinds = embedding(tape, segments, "embeddings/segments", { rows: SEGMENTS, columns: WIDTH });
  const places = embedding(tape, positions, "embeddings/positions", {
    rows: BERT_POSITIONS,
    columns: WIDTH,
  });
  let x = add(tape, words, kinds, "embeddings/add_segments");
  x = add(tape, x, places, "embeddings/add_positions");
  return dropout(tape, layerNorm(tape, x, "embeddings/norm"), "embeddings/dropout");
}

function encoderLayer(tape: Tape, x: Tensor, mask: Tensor, name: string): Tensor {
  const attended = selfAttention(tape, x, mask, `${name}/attention`);
  const middle = residual(tape, x, attended, `${name}/attention`);
  const inner = gelu(tape, dense(tape, middle, `${name}/inner`, INNER_WIDTH), `${name}/gelu`);
  return residual(tape, middle, dense(tape, inner, `${name}/outer`, WIDTH), `${name}/outer`);
}

function residual(tape: Tape, x: Tensor, y: Tensor, name: string): Tensor {
  const sum = add(tape, x, dropout(tape, y, `${name}/dropout`), `${name}/add`);
  return layerNorm(tape, sum, `${name}/norm`);
}

function selfAttention(tape: Tape, x: Tensor, mask: Tensor, name: string): Tensor {
  const [batch, tokens] = x.shape;
  const headWidth = WIDTH / HEADS;
  const perHead = [batch, HEADS, tokens, headWidth];
  const [query, key, value] = ["query", "key", "value"].map((part) =>
    transpose(tape, dense(tape, x, `${name}/${part}`, WIDTH), `${name}/${part}/transpose`, perHead),
  );
  const scores = batchMatMul(tape, query, key, `${name}/scores`, {
    shape: [batch, HEADS, tokens, tokens],
    inner: headWidth,
  });
  const masked = scaleMask(tape, scores, mask, `${name}/mask`);
  const weights = dropout(tape, softmax(tape, masked, `${name}/softmax`), `${name}/weights`);
  const context = batchMatMul(tape, weights, value, `${name}/context`, { shape: perHead, inner: tokens });
  const tokensFirst = transpose(tape, context, `${name}/transpose`, [batch, tokens, WIDTH]);
  return dense(tape, tokensFirst, `${name}/output`, WIDTH);
}
