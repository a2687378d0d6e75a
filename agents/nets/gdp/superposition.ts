/**
 * Superposition of GDP (Zhou et al., 2019), for one policy on many graphs. A vector from the pooled
 * embedding of the graph multiplies the input of each layer. So each graph uses its own part of the
 * shared layers.
 *
 * Ours, where the paper is silent: the mean pools, each layer has a vector of its own, and all
 * vectors start at 1.
 */
import { dense } from "../../tensors/dense.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";

/** The input of a layer in the light of the graph. */
export type Conditioning = (layer: number, input: Tensor2D) => Tensor2D;

/** From the embeddings of a graph's nodes, [nodes x width]. */
export type Superposition = (embedded: Tensor2D) => Conditioning;

export function superposition(tf: Tf, weights: Weights, width: number, layers: number): Superposition {
  const matrix = weights.zeros("superposition", [width, layers * width]);
  const ones = new Float32Array(layers * width).fill(1);
  const bias = weights.add("superposition bias", [layers * width], ones);
  return (embedded) => {
    const pooled = tf.mean(embedded, 0, true);
    const vectors = dense(tf, pooled, matrix, bias, "linear");
    return (layer, input) => tf.mul(input, tf.slice(vectors, [0, layer * width], [1, width])) as Tensor2D;
  };
}

/** No superposition. */
export const unconditioned: Superposition = () => (_, input) => input;
