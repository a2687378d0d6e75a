/**
 * Sums along paths as one operation with its own gradient: `out[v] = x[v] + out[next[v]]`. Every
 * node has at most one next, so paths that end alike share their sums.
 *
 * Input: x [states x nodes, width]. Output: the same shape.
 */
import type { Tensor, Tensor2D, Tf } from "../types.ts";

export interface Paths {
  /** The next node of each node, -1 at the end of a path. */
  readonly next: Int32Array;
  /** All nodes, each after its next. */
  readonly order: Int32Array;
}

export function pathSums(tf: Tf, x: Tensor, { next, order }: Paths): Tensor2D {
  const nodes = next.length;
  const operation = tf.customGrad((...inputs) => {
    const input = inputs[0] as Tensor2D;
    const [rows, width] = input.shape;
    const shared = (values: Float32Array, isGradient: boolean): Tensor2D => {
      for (let first = 0; first < rows; first += nodes)
        for (let i = 0; i < nodes; i++) {
          const v = isGradient ? order[nodes - 1 - i] : order[i];
          if (next[v] === -1) continue;
          const own = (first + v) * width;
          const other = (first + next[v]) * width;
          const [to, from] = isGradient ? [other, own] : [own, other];
          for (let c = 0; c < width; c++) values[to + c] += values[from + c];
        }
      return tf.tensor2d(values, [rows, width]);
    };
    return {
      value: shared(Float32Array.from(input.dataSync()), false) as Tensor,
      gradFunc: (upstream: Tensor) => shared(Float32Array.from(upstream.dataSync()), true) as Tensor,
    };
  });
  return operation(x) as Tensor2D;
}
