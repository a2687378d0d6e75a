/**
 * T5 as first released (Raffel et al.: "Exploring the Limits of Transfer Learning with a Unified
 * Text-to-Text Transformer", JMLR 2020). Encoder and decoder have no biases and normalise by the
 * root mean square before each sublayer. All layers of a stack share a learned bias for each head
 * and relative position. Input tokens and output logits share one table.
 */
import {
  addRepeated,
  batchMatMul,
  dropout,
  embedding,
  gather,
  matMul,
  rmsNorm,
  softmaxCrossEntropy,
  variable,
} from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";
import { type Mask, paddingMask } from "./attention.ts";
import { decoderStack, encoderStack, feedForward, preNorm } from "./transformer-stack.ts";

export interface T5Options {
  readonly batch: number;
  /** Tokens of the source, and of the target. */
  readonly tokens: number;
  /** Layers of the encoder, and of the decoder. */
  readonly layers: number;
  readonly width: number;
  readonly innerWidth: number;
  readonly heads: number;
  readonly headWidth: number;
}

const VOCABULARY = 32128;
/** Number of relative positions with their own bias. */
const BUCKETS = 32;

export function t5({ batch, tokens, layers, width, innerWidth, heads, headWidth }: T5Options): Tape {
  const tape = createTape();
  const sourceIds = tape.feed("source_ids", [batch, tokens], "wide");
  const sourceMask = tape.feed("source_mask", [batch, tokens]);
  const targetIds = tape.feed("target_ids", [batch, tokens], "wide");
  const labels = tape.feed("labels", [batch, tokens], "wide");
  const distances = tape.feed("relative_positions", [tokens, tokens], "wide", "ts");
  const table = variable(tape, "tokens/table", [VOCABULARY, width], "vn");
  const embedded = (ids: Tensor, name: string): Tensor =>
    dropout(tape, gather(tape, table, ids, `tokens/${name}`), `${name}/dropout`);

  const stack = {
    layers,
    heads,
    headWidth,
    project: matMul,
    residual: preNorm(rmsNorm),
    feedForward: feedForward(matMul, relu, innerWidth),
  };
  const finished = (x: Tensor, name: string): Tensor =>
    dropout(tape, rmsNorm(tape, x, `${name}/norm`), `${name}/norm_dropout`);
  const encoded = encoderStack(tape, embedded(sourceIds, "source"), {
    ...stack,
    prefix: "encoder/",
    mask: relativeBias(tape, distances, "position_bias/encoder", heads),
  });
  const decoded = decoderStack(tape, embedded(targetIds, "target"), finished(encoded, "encoder"), {
    ...stack,
    prefix: "decoder/",
    mask: relativeBias(tape, distances, "position_bias/decoder", heads),
    memoryMask: paddingMask(sourceMask),
  });
  const logits = batchMatMul(tape, finished(decoded, "decoder"), table, "head/logits", {
    shape: [batch, tokens, VOCABULARY],
    inner: width,
    axes: "btk,vk->btv",
  });
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}

/** Adds the same bias, with the mask included, to all scores of a stack. */
function relativeBias(tape: Tape, distances: Tensor, name: string, heads: number): Mask {
  const bias = embedding(tape, distances, name, { rows: BUCKETS, columns: heads });
  return (_, scores, maskName) => addRepeated(tape, scores, bias, maskName, "bhts,tsh->bhts");
}
