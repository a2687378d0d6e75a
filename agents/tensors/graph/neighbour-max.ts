/**
 * The element-wise maximum over a node's neighbours as one operation with its own gradient:
 * `out[v] = max over u in N(v) of x[u]`, 0 where a node has no neighbour. Cost grows with the
 * edges. Nothing is kept for the gradient, which goes to the first neighbour that has the maximum.
 *
 * Input: x [nodes x width]. Output: the same shape.
 */
import type { Tensor, Tensor2D, Tf } from "../types.ts";

/** Neighbours of node v: neighbour[start[v] .. start[v + 1]). */
export interface Neighbours {
  readonly start: Int32Array;
  readonly neighbour: Int32Array;
}

/** Both ends of an edge are neighbours of each other. */
export function neighboursOf(nodes: number, from: ArrayLike<number>, to: ArrayLike<number>): Neighbours {
  const start = new Int32Array(nodes + 1);
  for (let e = 0; e < from.length; e++) {
    start[from[e] + 1]++;
    start[to[e] + 1]++;
  }
  for (let v = 0; v < nodes; v++) start[v + 1] += start[v];
  const next = start.slice(0, nodes);
  const neighbour = new Int32Array(2 * from.length);
  for (let e = 0; e < from.length; e++) {
    neighbour[next[from[e]]++] = to[e];
    neighbour[next[to[e]]++] = from[e];
  }
  return { start, neighbour };
}

export function neighbourMax(tf: Tf, x: Tensor, neighbours: Neighbours): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const input = inputs[0] as Tensor2D;
    const [nodes, width] = input.shape;
    const values = input.dataSync() as Float32Array;
    const largest = maxima(values, neighbours, width);
    return {
      value: tf.tensor2d(largest, [nodes, width]) as Tensor,
      gradFunc: (upstream: Tensor) =>
        tf.tensor2d(routed(values, largest, upstream.dataSync() as Float32Array, neighbours, width), [
          nodes,
          width,
        ]) as Tensor,
    };
  });
  return operation(x) as Tensor2D;
}

function maxima(values: Float32Array, { start, neighbour }: Neighbours, width: number): Float32Array {
  const nodes = start.length - 1;
  const largest = new Float32Array(nodes * width);
  for (let v = 0; v < nodes; v++) {
    const row = v * width;
    for (let i = start[v]; i < start[v + 1]; i++) {
      const source = neighbour[i] * width;
      for (let k = 0; k < width; k++) {
        const value = values[source + k];
        if (i === start[v] || value > largest[row + k]) largest[row + k] = value;
      }
    }
  }
  return largest;
}

function routed(
  values: Float32Array,
  largest: Float32Array,
  upstream: Float32Array,
  { start, neighbour }: Neighbours,
  width: number,
): Float32Array {
  const nodes = start.length - 1;
  const gradient = new Float32Array(values.length);
  const waiting = new Float32Array(width);
  for (let v = 0; v < nodes; v++) {
    const row = v * width;
    for (let k = 0; k < width; k++) waiting[k] = upstream[row + k];
    for (let i = start[v]; i < start[v + 1]; i++) {
      const source = neighbour[i] * width;
      for (let k = 0; k < width; k++) {
        if (waiting[k] === 0 || values[source + k] !== largest[row + k]) continue;
        gradient[source + k] += waiting[k];
        waiting[k] = 0;
      }
    }
  }
  return gradient;
}
