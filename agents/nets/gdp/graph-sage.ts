/**
 * GraphSAGE with max pooling (Hamilton, Ying, Leskovec, NeurIPS 2017), as GDP (Zhou et al., 2019)
 * embeds a graph. A round passes each node through an affine layer and a sigmoid. It takes the
 * element-wise maximum over a node's neighbours, sets it beside the node, and ends with a dense
 * layer.
 *
 * Ours, where the paper is silent: a first dense layer from the features to the width, and relu in
 * the dense layers. Neighbours are those in both directions of an edge.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { dense } from "../../tensors/dense.ts";
import { type Neighbours, neighbourMax } from "../../tensors/graph/neighbour-max.ts";
import type { Tensor, Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";

export interface SageSize {
  /** Columns of the features. */
  readonly columns: number;
  readonly width: number;
  readonly rounds: number;
}

/** From features [nodes x columns] to embeddings [nodes x width]. */
export type GraphSage = (features: Tensor, neighbours: Neighbours) => Tensor2D;

export function graphSage(tf: Tf, weights: Weights, size: SageSize, rng: Rng): GraphSage {
  const { columns, width, rounds } = size;
  const first = {
    matrix: weights.reluMatrix("node", columns, width, rng),
    bias: weights.zeros("node bias", [width]),
  };
  const layers = Array.from({ length: rounds }, (_, round) => ({
    pool: weights.matrix(`pool ${round}`, width, width, rng),
    poolBias: weights.zeros(`pool ${round} bias`, [width]),
    merge: weights.reluMatrix(`merge ${round}`, 2 * width, width, rng),
    mergeBias: weights.zeros(`merge ${round} bias`, [width]),
  }));

  return (features, neighbours) => {
    const start = dense(tf, features, first.matrix, first.bias, "relu");
    // A tidy of its own frees what a round made, where no gradient keeps it.
    return layers.reduce(
      (x, { pool, poolBias, merge, mergeBias }) =>
        tf.tidy(() => {
          const sent = tf.sigmoid(dense(tf, x, pool, poolBias, "linear"));
          const received = neighbourMax(tf, sent, neighbours);
          return dense(tf, tf.concat([x, received], 1), merge, mergeBias, "relu");
        }),
      start,
    );
  };
}
