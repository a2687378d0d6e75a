/**
 * Messages whose size depends on the edge, summed at their targets, as one operation with its own
 * gradient: `out[to, j, c] += gate[edge, j] x x[from, c]`. A dense layer on the result is a
 * convolution whose matrix is a function of the edge (Gilmer et al., "Neural Message Passing for
 * Quantum Chemistry", ICML 2017), without a matrix for each edge.
 *
 * Input: x [states x nodes, width], gate [edges x gates], the same in every state. Output: [states
 * x nodes, gates x width].
 */

import type { Tensor, Tensor2D, Tf } from "../types.ts";
import type { EdgeList } from "./neighbour-sum.ts";

export function edgeMessages(tf: Tf, x: Tensor, gate: Tensor, edges: EdgeList, nodes: number): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const [input, gates] = inputs as Tensor2D[];
    save([input, gates]);
    return {
      value: summed(tf, input, gates, edges, nodes) as Tensor,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [at, gatesAt] = saved as Tensor2D[];
        return gradients(tf, upstream, at, gatesAt, edges, nodes);
      },
    };
  });
  return operation(x, gate) as Tensor2D;
}

function summed(tf: Tf, x: Tensor2D, gate: Tensor2D, { from, to }: EdgeList, nodes: number): Tensor2D {
  const [rows, width] = x.shape;
  const gates = gate.shape[1];
  const values = x.dataSync() as Float32Array;
  const factors = gate.dataSync() as Float32Array;
  const sums = new Float32Array(rows * gates * width);
  for (let first = 0; first < rows; first += nodes)
    for (let e = 0; e < from.length; e++) {
      const source = (first + from[e]) * width;
      let target = (first + to[e]) * gates * width;
      for (let j = 0; j < gates; j++) {
        const factor = factors[e * gates + j];
        for (let c = 0; c < width; c++) sums[target++] += factor * values[source + c];
      }
    }
  return tf.tensor2d(sums, [rows, gates * width]);
}

function gradients(
  tf: Tf,
  upstream: Tensor,
  x: Tensor2D,
  gate: Tensor2D,
  { from, to }: EdgeList,
  nodes: number,
): Tensor[] {
  const [rows, width] = x.shape;
  const gates = gate.shape[1];
  const values = x.dataSync() as Float32Array;
  const factors = gate.dataSync() as Float32Array;
  const pushed = upstream.dataSync() as Float32Array;
  const ofX = new Float32Array(rows * width);
  const ofGate = new Float32Array(from.length * gates);
  for (let first = 0; first < rows; first += nodes)
    for (let e = 0; e < from.length; e++) {
      const source = (first + from[e]) * width;
      let target = (first + to[e]) * gates * width;
      for (let j = 0; j < gates; j++) {
        const factor = factors[e * gates + j];
        let sum = 0;
        for (let c = 0; c < width; c++) {
          const push = pushed[target++];
          ofX[source + c] += factor * push;
          sum += push * values[source + c];
        }
        ofGate[e * gates + j] += sum;
      }
    }
  return [tf.tensor2d(ofX, [rows, width]), tf.tensor2d(ofGate, [from.length, gates])];
}
