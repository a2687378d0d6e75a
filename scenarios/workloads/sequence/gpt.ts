/**
 * GPT-2 (Radford et al.: "Language Models are Unsupervised Multitask Learners", 2019) and GPT-3
 * (Brown et al.: "Language Models are Few-Shot Learners", NeurIPS 2020). They are decoder-only
 * Transformers with learned positions and normalisation before each sublayer. Input tokens and
 * output logits share one table.
 *
 * Attention is dense in all layers. GPT-3 alternates with locally banded layers, which have the
 * same weights.
 */
import {
  add,
  batchMatMul,
  dense,
  dropout,
  embedding,
  gather,
  layerNorm,
  softmaxCrossEntropy,
  variable,
} from "../layers/dense-layers.ts";
import { gelu } from "../layers/pointwise.ts";
import { createTape, type Tape } from "../tape/tape.ts";
import { causalMask } from "./attention.ts";
import { encoderStack, feedForward, preNorm } from "./transformer-stack.ts";

export interface GptOptions {
  readonly batch: number;
  readonly tokens: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** The longest sequence that there are positions for. */
  readonly positions: number;
}

export const GPT_VOCABULARY = 50257;
const EXPANSION = 4;

export function gpt({ batch, tokens, layers, width, heads, positions }: GptOptions): Tape {
  const tape = createTape();
  const ids = tape.feed("token_ids", [batch, tokens], "wide");
  const positionIds = tape.feed("position_ids", [tokens], "wide", "t");
  const labels = tape.feed("labels", [batch, tokens], "wide");

  const table = variable(tape, "tokens/table", [GPT_VOCABULARY, width], "vn");
  const words = gather(tape, table, ids, "tokens/lookup");
  const places = embedding(tape, positionIds, "positions/table", { rows: positions, columns: width });
  const input = dropout(tape, add(tape, words, places, "positions/add"), "positions/dropout");
  const output = encoderStack(tape, input, {
    prefix: "",
    layers,
    heads,
    headWidth: width / heads,
    project: dense,
    residual: preNorm(layerNorm),
    feedForward: feedForward(dense, gelu, EXPANSION * width),
    mask: causalMask,
  });
  const logits = batchMatMul(tape, layerNorm(tape, output, "head/norm"), table, "head/logits", {
    shape: [batch, tokens, GPT_VOCABULARY],
    inner: width,
    axes: "btk,vk->btv",
  });
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}
