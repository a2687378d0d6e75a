/**
 * Transformer-XL (Dai et al.: "Transformer-XL: Attentive Language Models beyond a Fixed-Length
 * Context", ACL 2019) on characters, as for enwik8. Each layer also attends to the states that it
 * had for the segment before, with relative positions. These states are inputs, and no gradient
 * flows into them. GDP takes 2, 4 and 8 layers.
 */

import {
  add,
  addRepeated,
  batchMatMul,
  concat,
  dense,
  dropout,
  gather,
  matMul,
  scaleAndShift,
  softmaxCrossEntropy,
  variable,
} from "../layers/dense-layers.ts";
import { relu, transpose } from "../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";
import { expectMultiple } from "../workload.ts";
import { apart, attend, type Mask } from "./attention.ts";
import { feedForward, postNorm } from "./transformer-stack.ts";

export interface TransformerXlOptions {
  readonly batch: number;
  /** Tokens of a segment. */
  readonly tokens: number;
  /** Tokens remembered from earlier segments. */
  readonly memory: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly innerWidth: number;
}

/** Characters of enwik8. */
const VOCABULARY = 204;

export function transformerXl(options: TransformerXlOptions): Tape {
  const { batch, tokens, memory, layers, width, heads, innerWidth } = options;
  expectMultiple("transformer-xl", "width", width, heads);
  const tape = createTape();
  const ids = tape.feed("ids", [batch, tokens], "wide");
  const labels = tape.feed("labels", [batch, tokens], "wide");
  const remembered = tape.feeds(
    "memory",
    Array.from({ length: layers }, () => [batch, memory, width]),
  );
  const distances = tape.feed("relative_positions", [memory + tokens, width], "number", "sn");
  const table = variable(tape, "tokens/table", [VOCABULARY, width], "vn");
  const biases = {
    content: variable(tape, "attention_bias/content", [width]),
    position: variable(tape, "attention_bias/position", [width]),
  };

  let x = dropout(tape, gather(tape, table, ids, "tokens/lookup"), "tokens/dropout");
  const inner = feedForward(dense, relu, innerWidth);
  for (let l = 0; l < layers; l++) {
    const name = `layer_${l}`;
    x = postNorm(tape, x, `${name}/attention`, (y) =>
      attention(tape, y, remembered[l], distances, biases, `${name}/attention`, options),
    );
    x = postNorm(tape, x, `${name}/feed_forward`, (y) => inner(tape, y, `${name}/feed_forward`));
  }
  const scores = batchMatMul(tape, x, table, "head/matmul", {
    shape: [batch, tokens, VOCABULARY],
    inner: width,
    axes: "btk,vk->btv",
  });
  const logits = addRepeated(tape, scores, variable(tape, "head/bias", [VOCABULARY]), "head/logits");
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}

function attention(
  tape: Tape,
  x: Tensor,
  remembered: Tensor,
  distances: Tensor,
  biases: { readonly content: Tensor; readonly position: Tensor },
  name: string,
  { width, heads, tokens, memory, batch }: TransformerXlOptions,
): Tensor {
  const context = concat(tape, [remembered, x], `${name}/context`, 1);
  const heading = (y: Tensor, what: string): Tensor => apart(tape, y, `${name}/${what}/transpose`, heads);
  const query = matMul(tape, x, `${name}/query`, width);
  const [toContent, toPosition] = (["content", "position"] as const).map((of) =>
    heading(addRepeated(tape, query, biases[of], `${name}/query_${of}`), `query_${of}`),
  );
  const key = heading(matMul(tape, context, `${name}/key`, width), "key");
  const value = heading(matMul(tape, context, `${name}/value`, width), "value");

  const relative = matMul(tape, distances, `${name}/relative`, width);
  const shape = [batch, heads, tokens, memory + tokens];
  const byPosition = batchMatMul(tape, toPosition, relative, `${name}/relative_scores`, {
    shape,
    inner: width / heads,
    axes: "bhtd,s(hd)->bhts",
  });
  const shifted = transpose(tape, byPosition, `${name}/relative_shift`, shape, "bhTS->bhTS");
  const mask: Mask = (_, scores, maskName) =>
    scaleAndShift(tape, add(tape, scores, shifted, `${name}/relative_add`), maskName);
  const attended = attend(tape, { query: toContent, key, value }, `${name}/own`, mask);
  return matMul(tape, attended, `${name}/output`, width);
}
