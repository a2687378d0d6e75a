/**
 * AutoMap's ranker: a graph network that says of each dimension of a program how likely a good plan
 * decides on it. Messages have weights for each round, as in an interaction network (Battaglia et
 * al., 2016). The paper tells neither widths nor rounds nor loss. 3 rounds of width 16 and the
 * cross entropy of yes and no are ours.
 */
import type { Rng } from "../../../../env/model/rng.ts";
import { perceptron } from "../../../nets/message-passing.ts";
import { type EdgePassing, edgePassing } from "../../../nets/passing/edge-passing.ts";
import { createWeights, type Weights } from "../../../nets/weights.ts";
import { dense } from "../../../tensors/dense.ts";
import { readOut } from "../../../tensors/tf.ts";
import type { Scalar, Tensor1D, Tf, Variable } from "../../../tensors/types.ts";
import { type DecisionGraph, edgeColumns, nodeColumns } from "./decision-graph.ts";

const WIDTH = 16;
const ROUNDS = 3;

export interface RankerNetwork {
  readonly weights: Weights;
  /** A logit for each dimension. Differentiable in the weights. */
  logits(seen: DecisionGraph): Tensor1D;
}

/** Which dimensions of a program may be decided on, and which a good plan decides on. */
export interface Lesson {
  readonly seen: DecisionGraph;
  /** Numbers of dimensions. */
  readonly candidates: Int32Array;
  /** Of each candidate 1 or 0. */
  readonly wanted: Float32Array;
}

export function rankerNetwork(tf: Tf, rng: Rng): RankerNetwork {
  const weights = createWeights(tf);
  const size = { nodeColumns: nodeColumns.length, edgeColumns: edgeColumns.length };
  const passing: EdgePassing = edgePassing(
    tf,
    weights,
    "ranker",
    { ...size, width: WIDTH, rounds: ROUNDS, together: "mean" },
    rng,
  );
  const read = perceptron(tf, weights, "read", [WIDTH + size.nodeColumns, WIDTH, WIDTH], rng);
  const [matrix, bias]: Variable[] = [
    weights.matrix("logit", WIDTH, 1, rng),
    weights.zeros("logit bias", [1]),
  ];
  return {
    weights,
    logits({ graph, nodes }) {
      const features = tf.tensor2d(nodes, [graph.nodes, size.nodeColumns]);
      const seen = read(tf.concat([passing.over(graph)(features), features], 1));
      return tf.reshape(dense(tf, seen, matrix, bias, "linear"), [graph.nodes]) as Tensor1D;
    },
  };
}

export function scoresOf(tf: Tf, network: RankerNetwork, seen: DecisionGraph): Float32Array {
  return readOut(tf, () => Float32Array.from(network.logits(seen).dataSync()));
}

/** Mean cross entropy over the candidates of lessons, each lesson counting alike. */
export function lessonLoss(tf: Tf, network: RankerNetwork, lessons: readonly Lesson[]): Scalar {
  const losses = lessons.map(({ seen, candidates, wanted }) => {
    const logits = tf.gather(network.logits(seen), tf.tensor1d(candidates, "int32")) as Tensor1D;
    const said = tf.logSoftmax(tf.stack([tf.zerosLike(logits), logits], 1));
    const both = tf.tensor2d(
      [...wanted].flatMap((yes) => [1 - yes, yes]),
      [wanted.length, 2],
    );
    return tf.neg(tf.mean(tf.sum(tf.mul(said, both), 1))) as Scalar;
  });
  return tf.div(tf.addN(losses), lessons.length) as Scalar;
}
