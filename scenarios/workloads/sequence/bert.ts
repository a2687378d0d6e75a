/**
 * BERT (Devlin, Chang, Lee, Toutanova: "BERT: Pre-training of Deep Bidirectional Transformers for
 * Language Understanding", NAACL 2019), fine-tuned to classify sentence pairs; uncased vocabulary.
 */
import {
  add,
  dense,
  dropout,
  embedding,
  layerNorm,
  slice,
  softmaxCrossEntropy,
} from "../layers/dense-layers.ts";
import { gelu, tanh } from "../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";
import { apart, attend, paddingMask } from "./attention.ts";

export interface BertOptions {
  readonly batch: number;
  /** Tokens in a sequence. */
  readonly tokens: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

/** The inner width of the feed-forward layers, in multiples of the width. */
const EXPANSION = 4;
const VOCABULARY = 30522;
export const BERT_POSITIONS = 512;
const SEGMENTS = 2;
const CLASSES = 2;

export function bert(options: BertOptions): Tape {
  const { batch, tokens, layers, width } = options;
  const tape = createTape();
  const ids = tape.feed("token_ids", [batch, tokens], "wide");
  const segments = tape.feed("segment_ids", [batch, tokens], "wide");
  const mask = tape.feed("attention_mask", [batch, tokens]);
  const positions = tape.feed("position_ids", [tokens], "wide", "t");
  const labels = tape.feed("labels", [batch], "wide");

  let x = embeddings(tape, ids, segments, positions, width);
  for (let i = 0; i < layers; i++) x = encoderLayer(tape, x, mask, `layer_${i}`, options);

  const first = slice(tape, x, "pooler/first_token", [batch, width], { axes: "bTn->bn" });
  const pooled = tanh(tape, dense(tape, first, "pooler", width), "pooler/tanh");
  const logits = dense(tape, dropout(tape, pooled, "head/dropout"), "head/logits", CLASSES);
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}

function embeddings(tape: Tape, ids: Tensor, segments: Tensor, positions: Tensor, width: number): Tensor {
  const words = embedding(tape, ids, "embeddings/words", { rows: VOCABULARY, columns: width });
  const kinds = embedding(tape, segments, "embeddings/segments", { rows: SEGMENTS, columns: width });
  const places = embedding(tape, positions, "embeddings/positions", {
    rows: BERT_POSITIONS,
    columns: width,
  });
  let x = add(tape, words, kinds, "embeddings/add_segments");
  x = add(tape, x, places, "embeddings/add_positions");
  return dropout(tape, layerNorm(tape, x, "embeddings/norm"), "embeddings/dropout");
}

function encoderLayer(tape: Tape, x: Tensor, mask: Tensor, name: string, options: BertOptions): Tensor {
  const attended = selfAttention(tape, x, mask, `${name}/attention`, options);
  const middle = residual(tape, x, attended, `${name}/attention`);
  const inner = gelu(tape, dense(tape, middle, `${name}/inner`, EXPANSION * options.width), `${name}/gelu`);
  return residual(tape, middle, dense(tape, inner, `${name}/outer`, options.width), `${name}/outer`);
}

function residual(tape: Tape, x: Tensor, y: Tensor, name: string): Tensor {
  const sum = add(tape, x, dropout(tape, y, `${name}/dropout`), `${name}/add`);
  return layerNorm(tape, sum, `${name}/norm`);
}

function selfAttention(
  tape: Tape,
  x: Tensor,
  mask: Tensor,
  name: string,
  { width, heads }: BertOptions,
): Tensor {
  const [query, key, value] = ["query", "key", "value"].map((part) =>
    apart(tape, dense(tape, x, `${name}/${part}`, width), `${name}/${part}/transpose`, heads),
  );
  const context = attend(tape, { query, key, value }, name, paddingMask(mask));
  return dense(tape, context, `${name}/output`, width);
}
