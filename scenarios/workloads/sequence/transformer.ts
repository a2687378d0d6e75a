/**
 * The Transformer for translation (Vaswani et al.: "Attention Is All You Need", NeurIPS 2017). It
 * has sinusoids for positions and normalisation after each sublayer. Source, target and logits
 * share one table of 37,000 tokens, as for English to German. A variant has experts: in every other
 * layer the feed-forward part is a mixture (GShard).
 */
import {
  batchMatMul,
  dense,
  dropout,
  gather,
  scaleAndShift,
  softmaxCrossEntropy,
  variable,
} from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";
import { causalMask, paddingMask } from "./attention.ts";
import { mixtureOfExperts } from "./mixture-of-experts.ts";
import { decoderStack, encoderStack, feedForward, postNorm, type StackOptions } from "./transformer-stack.ts";

export interface TransformerOptions {
  readonly batch: number;
  /** Tokens of the source, and of the target. */
  readonly tokens: number;
  /** Layers of the encoder, and of the decoder. */
  readonly layers: number;
  readonly width: number;
  readonly innerWidth: number;
  readonly heads: number;
  readonly headWidth: number;
  readonly vocabulary: number;
  /** Vocabulary of a target with its own table. By default source and target share a table. */
  readonly targetVocabulary?: number;
}

export interface MoeOptions extends TransformerOptions {
  /** Experts in each mixture. */
  readonly experts: number;
  /** Number of ops that the experts of a mixture are divided into. */
  readonly shards: number;
}

export const transformer = (options: TransformerOptions): Tape =>
  translator(options, feedForward(dense, relu, options.innerWidth));

/**
 * GShard (Lepikhin et al.: "GShard: Scaling Giant Models with Conditional Computation and Automatic
 * Sharding", ICLR 2021; sizes of its appendix A.2, checked).
 */
export function moe(options: MoeOptions): Tape {
  const dense2 = feedForward(dense, relu, options.innerWidth);
  return translator(options, (tape, x, name, layer) =>
    layer % 2 === 1 ? mixtureOfExperts(tape, x, name, options) : dense2(tape, x, name),
  );
}

function translator(options: TransformerOptions, inner: StackOptions["feedForward"]): Tape {
  const { batch, tokens, layers, width, heads, headWidth, vocabulary, targetVocabulary } = options;
  const tape = createTape();
  const sourceIds = tape.feed("source_ids", [batch, tokens], "wide");
  const sourceMask = tape.feed("source_mask", [batch, tokens]);
  const targetIds = tape.feed("target_ids", [batch, tokens], "wide");
  const labels = tape.feed("labels", [batch, tokens], "wide");
  const table = variable(tape, "tokens/table", [vocabulary, width], "vn");
  const targetTable =
    targetVocabulary === undefined
      ? table
      : variable(tape, "target_tokens/table", [targetVocabulary, width], "vn");
  const embedded = (from: Tensor, ids: Tensor, name: string): Tensor => {
    const rows = gather(tape, from, ids, `${from === table ? "tokens" : "target_tokens"}/${name}`);
    const placed = scaleAndShift(tape, rows, `${name}/positions`);
    return dropout(tape, placed, `${name}/dropout`);
  };

  const stack = { layers, heads, headWidth, project: dense, residual: postNorm, feedForward: inner };
  const memory = encoderStack(tape, embedded(table, sourceIds, "source"), {
    ...stack,
    prefix: "encoder/",
    mask: paddingMask(sourceMask),
  });
  const decoded = decoderStack(tape, embedded(targetTable, targetIds, "target"), memory, {
    ...stack,
    prefix: "decoder/",
    mask: causalMask,
    memoryMask: paddingMask(sourceMask),
  });
  const logits = batchMatMul(tape, decoded, targetTable, "head/logits", {
    shape: [batch, tokens, targetVocabulary ?? vocabulary],
    inner: width,
    axes: "btk,vk->btv",
  });
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}
