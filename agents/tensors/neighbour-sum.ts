/**
 * The weighted sum over neighbours in a message-passing round as one operation with its own
 * gradient: `out[to] += weight x x[from]` over a list of edges. Cost grows with the edges; the
 * gradient is the same sum with the edges turned round.
 *
 * Input: x [nodes x width], in which a row may hold a node's vectors for many steps side by side.
 * Output: [rows x width], by default as many rows as the input has.
 */
import type { Tensor, Tensor2D, Tf } from "./types.ts";

export interface EdgeList {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface WeightedEdges extends EdgeList {
  readonly weight: Float32Array;
}

/** Weights that make the sum over neighbours their mean. */
export function meanEdges({ from, to }: EdgeList): WeightedEdges {
  const degree = new Map<number, number>();
  for (const node of to) degree.set(node, (degree.get(node) ?? 0) + 1);
  return { from, to, weight: Float32Array.from(to, (node) => 1 / degree.get(node)!) };
}

export function neighbourSum(tf: Tf, x: Tensor, edges: WeightedEdges, rows = x.shape[0]): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const input = inputs[0] as Tensor2D;
    return {
      value: summed(tf, input, rows, edges.from, edges.to, edges.weight) as Tensor,
      gradFunc: (upstream: Tensor) =>
        summed(tf, upstream as Tensor2D, input.shape[0], edges.to, edges.from, edges.weight) as Tensor,
    };
  });
  return operation(x) as Tensor2D;
}

function summed(
  tf: Tf,
  x: Tensor2D,
  rows: number,
  from: Int32Array,
  to: Int32Array,
  weight: Float32Array,
): Tensor2D {
  const width = x.shape[1];
  const values = x.dataSync() as Float32Array;
  const sums = new Float32Array(rows * width);
  for (let e = 0; e < from.length; e++) {
    const source = from[e] * width;
    const target = to[e] * width;
    const share = weight[e];
    for (let k = 0; k < width; k++) sums[target + k] += share * values[source + k];
  }
  return tf.tensor2d(sums, [rows, width]);
}
