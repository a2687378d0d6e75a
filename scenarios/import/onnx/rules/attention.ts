/**
 * Attention and what comes with it: rotary embeddings, linear attention, mixtures of experts. Work
 * is that of the products, 2 FLOP per multiply-add. A window limits the keys of a query, a mask or
 * causality does not. Semantics: onnx/docs/Operators.md, and docs/ContribOperators.md of ONNX
 * Runtime.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { bytesOf, bytesOfShape, elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

/** Sizes of one attention; `keys` includes those of the past. */
interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
}

/** Scores and their weighted sum. */
function productFlops(op: OnnxOp, sizes: Sizes): number {
  const { batch, heads, queries, keys, width, valueWidth } = sizes;
  return 2 * batch * heads * queries * Math.min(keys, windowOf(op)) * (width + valueWidth);
}

/** Most keys that a query sees; Infinity without a window. */
function windowOf(op: OnnxOp): number {
  const local = op.int("local_window_size", -1);
  if (local > 0) return local;
  const left = op.int("left_window_size", -1);
  const right = op.int("is_causal", 0) === 1 ? 0 : op.int("right_window_size", -1);
  return left < 0 || right < 0 ? Number.POSITIVE_INFINITY : left + right + 1;
}

function divided(size: number, heads: number, what: string): number {
  if (heads > 0 && size % heads === 0) return size / heads;
  throw new InputError(`${what} of ${size} cannot be divided among ${heads} heads.`);
}

/** `[batch, heads, length, width]` of an input that may have its heads in the last axis. */
function inHeads(op: OnnxOp, i: number, attribute: string): Shape {
  const shape = op.rankedShape(i, 3);
  if (shape.length > 3) return shape;
  const heads = op.int(attribute, 0);
  return [shape[0], heads, shape[1], divided(shape[2], heads, `input ${i} with a last axis`)];
}

const attention: Rule = (op) => {
  const [batch, heads, queries, width] = inHeads(op, 0, "q_num_heads");
  const [, keyHeads, length] = inHeads(op, 1, "kv_num_heads");
  const valueWidth = inHeads(op, 2, "kv_num_heads")[3];
  const keys = length + (op.has(4) ? op.rankedShape(4, 4)[2] : 0);
  const sizes = { batch, heads, keyHeads, queries, keys, width, valueWidth };
  const { element } = op.input(0);
  const isPacked = op.shape(0).length === 3;
  const outputs: Tensor[] = [
    { element, shape: isPacked ? [batch, queries, heads * valueWidth] : [batch, heads, queries, valueWidth] },
    { element, shape: [batch, keyHeads, keys, width] },
    { element: op.input(2).element, shape: [batch, keyHeads, keys, valueWidth] },
    { element, shape: [batch, heads, queries, keys] },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops: productFlops(op, sizes) };
};

/** ONNX Runtime's attention over projected queries, keys and values, apart or in one tensor. */
const multiHeadAttention: Rule = (op) => {
  const query = op.rankedShape(0, 3);
  const heads = op.int("num_heads", 0);
  const [batch, queries] = query;
  const width = query.length === 5 ? query[4] : divided(query[2], heads, "a query");
  const key = op.has(1) ? op.shape(1) : query;
  const value = op.has(2) ? op.shape(2) : key;
  const isInHeads = key.length === 4;
  const length = isInHeads ? key[2] : key[1];
  // Keys and values in one tensor have the width of the keys.
  const valueWidth =
    value.length === 3 ? divided(value[2], heads, "a value") : value.length === 4 ? value[3] : width;
  const keys = length + (op.has(6) ? op.rankedShape(6, 4)[2] : 0);
  const sizes = { batch, heads, keyHeads: heads, queries, keys, width, valueWidth };
  const { element } = op.input(0);
  return attended(op, sizes, element, { keys, flops: 0 });
};

/** Output, and keys and values for the next step. */
function attended(
  op: OnnxOp,
  sizes: Sizes,
  element: Tensor["element"],
  { keys, flops }: { readonly keys: number; readonly flops: number },
) {
  const { batch, heads, keyHeads, queries, width, valueWidth } = sizes;
  const outputs: Tensor[] = [
    { element, shape: [batch, queries, heads * valueWidth] },
    { element, shape: [batch, keyHeads, keys, width] },
    { element, shape: [batch, keyHeads, keys, valueWidth] },
    { element, shape: [batch, heads, queries, sizes.keys] },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops: productFlops(op, sizes) + flops };
}

/** The past is a buffer, which grows only where the keys do not fit. */
const groupQueryAttention: Rule = (op) => {
  const [batch, queries, queryWidth] = op.rankedShape(0, 3);
  const [heads, keyHeads] = [op.int("num_heads", 0), op.int("kv_num_heads", 0)];
  const isPacked = !op.has(1);
  const width = divided(queryWidth, isPacked ? heads + 2 * keyHeads : heads, "a query");
  const past = op.has(3) ? op.rankedShape(3, 4)[2] : 0;
  const [told] = op.has(6) ? (op.input(6).value ?? []) : [];
  const keys = told ?? past + queries;
  const rotated = op.int("do_rotary", 0) === 1 ? batch * queries * (heads + keyHeads) * width : 0;
  const sizes = { batch, heads, keyHeads, queries, keys, width, valueWidth: width };
  const buffer = { keys: Math.max(past, keys), flops: ROTARY_FLOPS * rotated };
  return attended(op, sizes, op.input(0).element, buffer);
};

/** ONNX Runtime's attention with its own projection; `past` is the place of that input. */
const projectedAttention =
  (past: number): Rule =>
  (op) => {
    const [batch, queries, inputWidth] = op.rankedShape(0, 3);
    const columns = op.rankedShape(1, 2)[1];
    const heads = op.int("num_heads", 0);
    const [queryWidth, , given] = op.ints("qkv_hidden_sizes") ?? [columns / 3, columns / 3, columns / 3];
    const [width, valueWidth] = [queryWidth, given].map((size) => divided(size, heads, "a projection"));
    const length = op.has(past) ? op.rankedShape(past, 5)[3] : 0;
    const keys = length + queries;
    const sizes = { batch, heads, keyHeads: heads, queries, keys, width, valueWidth };
    const element = op.type === "QAttention" ? op.input(3).element : op.input(0).element;
    const outputs: Tensor[] = [
      { element, shape: [batch, queries, given] },
      { element, shape: [2, batch, heads, keys, width] },
    ];
    const projection = batch * queries * columns * (2 * inputWidth + (op.has(2) ? 1 : 0));
    return { outputs: outputs.slice(0, op.outputCount), flops: projection + productFlops(op, sizes) };
  };

/** A multiply-add with the partner and a product, for each element. */
const ROTARY_FLOPS = 3;

const rotaryEmbedding: Rule = (op) => {
  const shape = op.rankedShape(0, 3);
  const heads = op.int("num_heads", 0);
  const width = shape.length === 4 ? shape[3] : heads > 0 ? shape[2] / heads : shape[2];
  const rotated = op.int("rotary_embedding_dim", 0) || width;
  return {
    outputs: [{ element: op.input(0).element, shape }],
    flops: ROTARY_FLOPS * elements(shape) * (width > 0 ? rotated / width : 0),
  };
};

/** FLOP of one update of the state, for each of its elements. */
const stateFlops: Readonly<Record<string, number>> = { linear: 2, gated: 3, delta: 5, gated_delta: 6 };

/** A state of `width x valueWidth` for each head of the keys is updated and read for each token. */
const linearAttention: Rule = (op) => {
  const [batch, tokens, queryWidth] = op.rankedShape(0, 3);
  const [heads, keyHeads] = [op.int("q_num_heads", 0), op.int("kv_num_heads", 0)];
  const width = divided(queryWidth, heads, "a query");
  const valueWidth = divided(op.rankedShape(2, 3)[2], keyHeads, "a value");
  const { element } = op.input(0);
  const state: Tensor = {
    element: op.has(3) ? op.input(3).element : element,
    shape: [batch, keyHeads, width, valueWidth],
  };
  const outputs: Tensor[] = [{ element, shape: [batch, tokens, heads * valueWidth] }, state];
  const update = stateFlops[op.text("update_rule", "gated_delta")] ?? stateFlops.gated_delta;
  return {
    outputs: outputs.slice(0, op.outputCount),
    flops: batch * tokens * width * valueWidth * (keyHeads * update + 2 * heads),
  };
};

const causalConvolution: Rule = (op) => {
  const shape = op.rankedShape(0, 3);
  const kernel = op.rankedShape(1, 3)[2];
  const { element } = op.input(0);
  const outputs: Tensor[] = [
    { element, shape },
    { element, shape: [shape[0], shape[1], Math.max(0, kernel - 1)] },
  ];
  const activation = op.text("activation", "none") === "none" ? 0 : SWISH_FLOPS;
  const each = 2 * kernel + (op.has(2) ? 1 : 0) + activation;
  return { outputs: outputs.slice(0, op.outputCount), flops: each * elements(shape) };
};

const SWISH_FLOPS = 5;

/**
 * Each row goes through `k` experts. Their weights are the inputs at `weights`; packed ones have
 * several numbers in a byte. Only the weights of the chosen experts are read.
 */
const mixtureOfExperts =
  (weights: readonly number[]): Rule =>
  (op) => {
    const shape = op.rankedShape(0, 2);
    const rows = elements(shape.slice(0, -1));
    const chosen = rows * op.int("k", 1);
    const packed = op.type === "QMoE" ? 8 / op.int("expert_weight_bits", 4) : 1;
    let [flops, weightBytes, experts] = [0, 0, 1];
    for (const i of weights.filter((at) => op.has(at))) {
      const matrix = op.rankedShape(i, 3);
      experts = Math.max(1, matrix[0]);
      flops += (2 * chosen * packed * elements(matrix)) / experts;
      weightBytes += bytesOf(op.input(i));
    }
    const { element } = op.input(0);
    const moved = bytesOf(op.input(1)) + 2 * bytesOfShape(element, shape);
    return {
      outputs: [{ element, shape }],
      flops,
      bytesTouched: moved + weightBytes * Math.min(1, chosen / experts),
    };
  };

/** An update of a cache in place: only what changes is read and written. */
const tensorScatter: Rule = (op) => {
  const { element } = op.input(0);
  const update = op.rankedShape(1, 2);
  if (update.length !== op.shape(0).length)
    throw new InputError(`an update of ${shown(update)} does not fit the cache ${shown(op.shape(0))}.`);
  return {
    outputs: [{ element, shape: op.shape(0) }],
    flops: 0,
    bytesTouched: 2 * bytesOfShape(element, update),
  };
};

export const attentionRules: Readonly<Record<string, Rule>> = {
  Attention: attention,
  FlexAttention: attention,
  RotaryEmbedding: rotaryEmbedding,
  LinearAttention: linearAttention,
  CausalConvWithState: causalConvolution,
  TensorScatter: tensorScatter,
};

/** Of ONNX Runtime, where a name may mean something else. */
export const runtimeAttentionRules: Readonly<Record<string, Rule>> = {
  Attention: projectedAttention(4),
  QAttention: projectedAttention(8),
  MultiHeadAttention: multiHeadAttention,
  GroupQueryAttention: groupQueryAttention,
  RotaryEmbedding: rotaryEmbedding,
  MoE: mixtureOfExperts([2, 4, 6]),
  QMoE: mixtureOfExperts([2, 5, 8]),
};
