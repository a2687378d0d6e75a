/**
 * Message passing in both directions of a graph.
 *
 * Source: the network of Placeto (Addanki et al., NeurIPS 2019): rounds with shared weights,
 * separate for messages from parents and from children, x <- h + relu(g(sum over neighbours of
 * relu(f(x)))). Ours: means instead of sums. Sums grow with the degree in every round. With them,
 * runs on graphs with nodes of many inputs fell into one device within ten updates.
 *
 * Many states of one graph are embedded at once. The layout is node-major, [nodes x states x
 * width]. A node's vectors in all states are neighbours in memory, so the sum over neighbours adds
 * whole rows.
 */
import type { Rng } from "../../env/model/rng.ts";
import { type DenseOptions, dense } from "../tensors/dense.ts";
import {
  type DenseLayer,
  type MessageGraph,
  messageGraph,
  messageRounds,
} from "../tensors/graph/message-rounds.ts";
import { type EdgeList, meanEdges } from "../tensors/graph/neighbour-sum.ts";
import { sideBySide } from "../tensors/graph/side-by-side.ts";
import type { Tensor, Tensor2D, Tf } from "../tensors/types.ts";
import type { Weights } from "./weights.ts";

/** Dense layers with relu after each. */
export interface Perceptron {
  (x: Tensor, options?: DenseOptions): Tensor2D;
  readonly layers: readonly DenseLayer[];
}

export function perceptron(
  tf: Tf,
  weights: Weights,
  name: string,
  sizes: readonly [number, number, number],
  rng: Rng,
): Perceptron {
  const layers = [0, 1].map((i) => ({
    matrix: weights.reluMatrix(`${name} ${i}`, sizes[i], sizes[i + 1], rng),
    bias: weights.zeros(`${name} ${i} bias`, [sizes[i + 1]]),
  }));
  const apply = (x: Tensor, options: DenseOptions = {}) =>
    layers.reduce(
      (y, { matrix, bias }, i) => dense(tf, y, matrix, bias, "relu", i === 0 ? options : {}),
      x,
    ) as Tensor2D;
  return Object.assign(apply, { layers });
}

/** The graph that messages pass over. */
export interface PassingGraph {
  readonly nodes: number;
  readonly edges: EdgeList;
}

/**
 * From features [nodes x states x columns], which are constants, to embeddings [nodes x states x
 * 2 width].
 */
export interface Embedding {
  (features: Tensor): Tensor;
  readonly transform: Perceptron;
  readonly flows: readonly [Flow, Flow];
  readonly rounds: number;
}

/** The weights, which fit any graph. */
export interface MessagePassing {
  over(graph: PassingGraph): Embedding;
}

interface Direction {
  readonly message: Perceptron;
  readonly update: Perceptron;
}

/** A direction on one graph. */
export interface Flow {
  readonly message: readonly DenseLayer[];
  readonly update: readonly DenseLayer[];
  readonly graph: MessageGraph;
}

export function messagePassing(
  tf: Tf,
  weights: Weights,
  size: { readonly columns: number; readonly width: number; readonly rounds: number },
  rng: Rng,
): MessagePassing {
  const { columns, width, rounds } = size;
  const transform = perceptron(tf, weights, "node", [columns, width, width], rng);
  const direction = (name: string): Direction => ({
    message: perceptron(tf, weights, `message ${name}`, [width, width, width], rng),
    update: perceptron(tf, weights, `update ${name}`, [width, width, width], rng),
  });
  const fromParents = direction("from parents");
  const fromChildren = direction("from children");

  return {
    over({ nodes, edges }) {
      const flows = [
        flowOf(fromParents, nodes, edges),
        flowOf(fromChildren, nodes, { from: edges.to, to: edges.from }),
      ] as const;
      const embed = (features: Tensor) => {
        const states = features.shape[1] as number;
        const rows = tf.reshape(features, [nodes * states, columns]);
        const start = transform(rows, { constant: true });
        const embedded = flows.map((flow) => messageRounds(tf, start, flow, flow.graph, { rounds }));
        return tf.reshape(sideBySide(tf, embedded), [nodes, states, 2 * width]);
      };
      return Object.assign(embed, { transform, flows, rounds });
    },
  };
}

const flowOf = ({ message, update }: Direction, nodes: number, edges: EdgeList): Flow => ({
  message: message.layers,
  update: update.layers,
  graph: messageGraph(nodes, meanEdges(edges)),
});
