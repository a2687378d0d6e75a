/**
 * Message passing with features on nodes and edges. In each round a perceptron makes a message of
 * every edge from its source, its destination and the edge itself. Messages are summed at the
 * destination. A second perceptron makes the node's change of the node and that sum:
 *
 *     m(e) = f(x(source), x(destination), e)      x <- x + g(x, sum of m over incoming edges)
 *
 * Source: the general form of Battaglia et al., "Relational inductive biases, deep learning, and
 * graph networks" (2018), as REGAL (Paliwal et al., ICLR 2020) uses it. Every round has weights of
 * its own. Cost and memory grow with the edges, never with the square of the nodes.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { dense } from "../../tensors/dense.ts";
import {
  type EdgeList,
  meanEdges,
  neighbourSum,
  type WeightedEdges,
} from "../../tensors/graph/neighbour-sum.ts";
import type { Tensor, Tensor2D, Tf } from "../../tensors/types.ts";
import { perceptron } from "../message-passing.ts";
import type { Weights } from "../weights.ts";

export interface AttributedGraph {
  readonly nodes: number;
  readonly edges: EdgeList;
  /** [edges x columns], row by row. */
  readonly edgeFeatures: Float32Array;
}

export interface EdgePassingSize {
  readonly nodeColumns: number;
  readonly edgeColumns: number;
  readonly width: number;
  readonly rounds: number;
  /** How messages come together at a node; the papers sum. */
  readonly together: "sum" | "mean";
}

/** The weights, which fit any graph with as many columns. */
export interface EdgePassing {
  /** From node features [nodes x columns] to embeddings [nodes x width]. */
  over(graph: AttributedGraph): (nodeFeatures: Tensor) => Tensor2D;
}

export function edgePassing(
  tf: Tf,
  weights: Weights,
  name: string,
  { nodeColumns, edgeColumns, width, rounds, together }: EdgePassingSize,
  rng: Rng,
): EdgePassing {
  const start = weights.reluMatrix(`${name} start`, nodeColumns, width, rng);
  const startBias = weights.zeros(`${name} start bias`, [width]);
  const layers = Array.from({ length: rounds }, (_, round) => ({
    message: perceptron(
      tf,
      weights,
      `${name} message ${round}`,
      [2 * width + edgeColumns, width, width],
      rng,
    ),
    change: changeOf(tf, weights, `${name} change ${round}`, width, rng),
  }));
  return {
    over({ nodes, edges, edgeFeatures }) {
      const edgeCount = edges.from.length;
      const [sources, destinations] = [rowsOf(edges.from), rowsOf(edges.to)];
      const incoming = incomingOf(edges, together);
      return (nodeFeatures) => {
        let x = dense(tf, nodeFeatures, start, startBias, "relu");
        if (edgeCount === 0) return x;
        const attributes = tf.tensor2d(edgeFeatures, [edgeCount, edgeColumns]);
        for (const { message, change } of layers) {
          const from = neighbourSum(tf, x, sources, edgeCount);
          const to = neighbourSum(tf, x, destinations, edgeCount);
          const messages = message(tf.concat([from, to, attributes], 1));
          const received = neighbourSum(tf, messages, incoming, nodes);
          x = tf.add(x, change(tf.concat([x, received], 1))) as Tensor2D;
        }
        return x;
      };
    },
  };
}

/** Two layers, the second linear, so that a round may lower what a node has. */
function changeOf(tf: Tf, weights: Weights, name: string, width: number, rng: Rng): (x: Tensor) => Tensor2D {
  const [first, second] = [
    weights.reluMatrix(`${name} 0`, 2 * width, width, rng),
    weights.matrix(`${name} 1`, width, width, rng),
  ];
  const [firstBias, secondBias] = [0, 1].map((i) => weights.zeros(`${name} ${i} bias`, [width]));
  return (x) => dense(tf, dense(tf, x, first, firstBias, "relu"), second, secondBias, "linear");
}

/** Row e of the result is the row of the given node: a gather. */
const rowsOf = (nodes: Int32Array): WeightedEdges => ({
  from: nodes,
  to: Int32Array.from(nodes, (_, e) => e),
  weight: new Float32Array(nodes.length).fill(1),
});

/** From messages to nodes. */
function incomingOf({ to }: EdgeList, together: EdgePassingSize["together"]): WeightedEdges {
  const from = Int32Array.from(to, (_, e) => e);
  if (together === "mean") return meanEdges({ from, to });
  return { from, to, weight: new Float32Array(to.length).fill(1) };
}
