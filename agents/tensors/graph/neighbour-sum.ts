/**
 * The weighted sum over neighbours in a message-passing round as one operation with its own
 * gradient: `out[to] += weight x x[from]` over a list of edges. Cost grows with the edges; the
 * gradient is the same sum with the edges turned round.
 *
 * Input: x [nodes x width], in which a row may hold a node's vectors for many steps side by side.
 * Output: [rows x width], by default as many rows as the input has.
 */
import { type Incoming, incomingOf, type WeightedEdges } from "../kernel/incoming.ts";
import { compute } from "../kernel/workspace.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";

export type { EdgeList, WeightedEdges } from "../kernel/incoming.ts";
export { meanEdges } from "../kernel/incoming.ts";

export function neighbourSum(tf: Tf, x: Tensor, edges: WeightedEdges, rows = x.shape[0]): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const input = inputs[0] as Tensor;
    const nodes = input.shape[0];
    return {
      value: summed(tf, input, sortedOf(edges, rows)),
      gradFunc: (upstream: Tensor) => summed(tf, upstream, sortedOf(turnedOf(edges), nodes)),
    };
  });
  return operation(x) as Tensor2D;
}

/** Lists do not change, so what is made of one is kept as long as it is. */
const sorted = new WeakMap<WeightedEdges, Incoming>();
const turned = new WeakMap<WeightedEdges, WeightedEdges>();

function sortedOf(edges: WeightedEdges, rows: number): Incoming {
  const known = sorted.get(edges);
  if (known?.rows === rows) return known;
  const made = incomingOf(edges, rows);
  sorted.set(edges, made);
  return made;
}

function turnedOf(edges: WeightedEdges): WeightedEdges {
  const known = turned.get(edges);
  if (known !== undefined) return known;
  const { from, to, weight } = edges;
  const made = { from: to, to: from, weight };
  turned.set(edges, made);
  return made;
}

function summed(tf: Tf, x: Tensor, { rows, start, from, weight }: Incoming): Tensor {
  const width = x.shape[1] as number;
  const [sums] = compute(tf, (workspace) => {
    workspace.kernel.neighbourSums(
      workspace.input(x),
      width,
      workspace.copy(start),
      workspace.copy(from),
      workspace.copy(weight),
      0,
      rows,
      0,
      workspace.result([rows, width]),
    );
  });
  return sums;
}
