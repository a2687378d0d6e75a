/**
 * Stacks of Transformer layers (Vaswani et al., NeurIPS 2017) from exchangeable parts. The parts
 * are the product with weights, the connection around a sublayer, the feed-forward part, and the
 * mask of scores. Decoder-only networks are an encoder stack whose mask is causal.
 */
import { add, dropout, layerNorm } from "../layers/dense-layers.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { apart, attend, type Mask } from "./attention.ts";

/** A product with weights, with or without bias: `dense` or `matMul`. */
export type Projection = (tape: Tape, x: Tensor, name: string, columns: number) => Tensor;
export type Pointwise = (tape: Tape, x: Tensor, name: string) => Tensor;

/** A sublayer with its residual connection and normalisation. */
export type Residual = (tape: Tape, x: Tensor, name: string, sublayer: (x: Tensor) => Tensor) => Tensor;

export interface StackOptions {
  /** Prefix of the names of ops, such as `encoder/`; may be empty. */
  readonly prefix: string;
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
  readonly project: Projection;
  readonly residual: Residual;
  readonly feedForward: (tape: Tape, x: Tensor, name: string, layer: number) => Tensor;
  readonly mask: Mask;
}

/** Normalises after the sum, as the first Transformer did. */
export const postNorm: Residual = (tape, x, name, sublayer) => {
  const y = dropout(tape, sublayer(x), `${name}/dropout`);
  return layerNorm(tape, add(tape, x, y, `${name}/add`), `${name}/norm`);
};

/** Normalises the input of the sublayer. */
export const preNorm =
  (norm: Pointwise): Residual =>
  (tape, x, name, sublayer) => {
    const y = sublayer(norm(tape, x, `${name}/norm`));
    return add(tape, x, dropout(tape, y, `${name}/dropout`), `${name}/add`);
  };

/** Two products with an activation between them. */
export const feedForward =
  (project: Projection, activation: Pointwise, innerWidth: number) =>
  (tape: Tape, x: Tensor, name: string): Tensor => {
    const width = x.shape[x.shape.length - 1];
    const inner = activation(tape, project(tape, x, `${name}/inner`, innerWidth), `${name}/activation`);
    return project(tape, dropout(tape, inner, `${name}/inner_dropout`), `${name}/outer`, width);
  };

/** Layers of self-attention and feed-forward. */
export function encoderStack(tape: Tape, input: Tensor, options: StackOptions): Tensor {
  let x = input;
  for (let l = 0; l < options.layers; l++) {
    const name = `${options.prefix}layer_${l}`;
    x = selfAttention(tape, x, `${name}/attention`, options);
    x = options.residual(tape, x, `${name}/feed_forward`, (y) =>
      options.feedForward(tape, y, `${name}/feed_forward`, l),
    );
  }
  return x;
}

/** Layers of self-attention, attention to an encoder's output, and feed-forward. */
export function decoderStack(
  tape: Tape,
  input: Tensor,
  memory: Tensor,
  options: StackOptions & { readonly memoryMask: Mask },
): Tensor {
  let x = input;
  for (let l = 0; l < options.layers; l++) {
    const name = `${options.prefix}layer_${l}`;
    x = selfAttention(tape, x, `${name}/attention`, options);
    x = options.residual(tape, x, `${name}/memory`, (y) =>
      attention(tape, y, memory, `${name}/memory`, options, options.memoryMask),
    );
    x = options.residual(tape, x, `${name}/feed_forward`, (y) =>
      options.feedForward(tape, y, `${name}/feed_forward`, l),
    );
  }
  return x;
}

const selfAttention = (tape: Tape, x: Tensor, name: string, options: StackOptions): Tensor =>
  options.residual(tape, x, name, (y) => attention(tape, y, y, name, options, options.mask));

function attention(
  tape: Tape,
  x: Tensor,
  memory: Tensor,
  name: string,
  { heads, headWidth, project }: StackOptions,
  mask: Mask,
): Tensor {
  const part = (of: Tensor, what: string): Tensor =>
    apart(tape, project(tape, of, `${name}/${what}`, heads * headWidth), `${name}/${what}/transpose`, heads);
  const [query, key, value] = [part(x, "query"), part(memory, "key"), part(memory, "value")];
  const context = attend(tape, { query, key, value }, name, mask);
  return project(tape, context, `${name}/output`, x.shape[x.shape.length - 1]);
}
