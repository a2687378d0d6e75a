/**
 * Additive attention scores (Bahdanau, Cho, Bengio, ICLR 2015) as one operation with its own
 * gradient, on the tensor kernel:
 *
 *   score[n, g] = sum over a of v[a] x tanh(query[n, a] + key[g, a])
 *
 * The composed form makes tensors of [queries x keys x width] for every intermediate. Here none is
 * made, and each tanh is a quotient of products of exponentials that are computed once per query
 * and once per key.
 *
 * Input: queries [N x A], keys [G x A], v [A]. Output: [N x G].
 */
import { comparable } from "../kernel/attention.ts";
import { compute } from "../kernel/workspace.ts";
import type { Tensor, Tf } from "../types.ts";

export function additiveAttention(tf: Tf, queries: Tensor, keys: Tensor, v: Tensor): Tensor {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const given = inputs as Tensor[];
    save(given);
    return {
      value: forward(tf, given),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => backward(tf, upstream, saved),
    };
  });
  return operation(queries, keys, v);
}

function forward(tf: Tf, [queries, keys, v]: Tensor[]): Tensor {
  const [rows, width] = queries.shape as [number, number];
  const groups = keys.shape[0];
  const [result] = compute(tf, (workspace) => {
    const to = workspace.result([rows, groups]);
    const { query, key, far } = comparable(workspace, queries, keys);
    workspace.kernel.scores(query, key, 0, workspace.input(v), rows, groups, width, far, to);
  });
  return result;
}

function backward(tf: Tf, upstream: Tensor, [queries, keys, v]: Tensor[]): Tensor[] {
  const [rows, width] = queries.shape as [number, number];
  const groups = keys.shape[0];
  return compute(tf, (workspace) => {
    const [dQueries, dKeys, dV] = [[rows, width], [groups, width], [width]].map((shape) => {
      const address = workspace.result(shape);
      workspace.clear(
        address,
        shape.reduce((a, b) => a * b),
      );
      return address;
    });
    const { query, key, far } = comparable(workspace, queries, keys);
    workspace.kernel.scoresBack(
      query,
      key,
      0,
      workspace.input(v),
      workspace.input(upstream),
      rows,
      groups,
      width,
      far,
      dQueries,
      dKeys,
      dV,
    );
  });
}
