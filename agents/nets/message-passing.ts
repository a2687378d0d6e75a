/**
 * Message passing in both directions of a graph.
 *
 * Source: the network of Placeto (Addanki et al., NeurIPS 2019): rounds with shared weights,
 * separate for messages from parents and from children, x <- h + relu(g(sum over neighbours of
 * relu(f(x)))). Ours: means instead of sums. Sums grow with the degree in every round; with them,
 * runs on graphs with nodes of many inputs fell into one device within ten updates.
 *
 * Many states of one graph are embedded at once. Layout: node-major, [nodes x states x width], so
 * that a node's vectors in all states lie side by side and the sum over neighbours adds whole rows.
 */
import type { Rng } from "../../env/model/rng.ts";
import { dense } from "../tensors/dense.ts";
import { type EdgeList, meanEdges, neighbourSum } from "../tensors/neighbour-sum.ts";
import type { Tensor, Tensor2D, Tf } from "../tensors/types.ts";
import type { Weights } from "./weights.ts";

/** Two dense layers with relu after each. */
export type Perceptron = (x: Tensor) => Tensor2D;

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
  return (x) => layers.reduce((y, { matrix, bias }) => dense(tf, y, matrix, bias, "relu"), x) as Tensor2D;
}

export interface MessagePassing {
  /** Embeds features [nodes x states x columns] to [nodes x states x 2 width]. */
  embed(features: Tensor): Tensor;
}

export function messagePassing(
  tf: Tf,
  weights: Weights,
  graph: { readonly nodes: number; readonly edges: EdgeList },
  size: { readonly columns: number; readonly width: number; readonly rounds: number },
  rng: Rng,
): MessagePassing {
  const { nodes, edges } = graph;
  const { columns, width, rounds } = size;
  const transform = perceptron(tf, weights, "node", [columns, width, width], rng);
  const directions = [
    { name: "from parents", edges },
    { name: "from children", edges: { from: edges.to, to: edges.from } },
  ].map(({ name, edges }) => ({
    edges: meanEdges(edges),
    hasNeighbours: markNodes(nodes, edges.to),
    message: perceptron(tf, weights, `message ${name}`, [width, width, width], rng),
    update: perceptron(tf, weights, `update ${name}`, [width, width, width], rng),
  }));

  return {
    embed(features) {
      const states = features.shape[1] as number;
      const rows = nodes * states;
      const start = transform(tf.reshape(features, [rows, columns]));
      const embedded = directions.map(({ edges, hasNeighbours, message, update }) => {
        const mask = tf.tensor(hasNeighbours, [nodes, 1]);
        let x: Tensor = start;
        for (let round = 0; round < rounds; round++) {
          const sums = neighbourSum(tf, tf.reshape(message(x), [nodes, states * width]), edges);
          const received = update(tf.reshape(sums, [rows, width]));
          const kept = tf.mul(tf.reshape(received, [nodes, states * width]), mask);
          x = tf.add(start, tf.reshape(kept, [rows, width]));
        }
        return x;
      });
      return tf.reshape(tf.concat(embedded, 1), [nodes, states, 2 * width]);
    },
  };
}

function markNodes(nodes: number, marked: Int32Array): Float32Array {
  const mask = new Float32Array(nodes);
  for (const node of marked) mask[node] = 1;
  return mask;
}
