/**
 * Additive attention scores (Bahdanau, Cho, Bengio, ICLR 2015) as one operation with its own
 * gradient:
 *
 *   score[n, g] = sum over a of v[a] x tanh(query[n, a] + key[g, a])
 *
 * The composed form makes tensors of [queries x keys x width] for every intermediate. Here none is
 * made, and each tanh is a quotient of products of exponentials that are computed once per query
 * and once per key.
 *
 * Input: queries [N x A], keys [G x A], v [A]. Output: [N x G].
 */
import type { Tensor, Tf } from "./types.ts";

export function additiveAttention(tf: Tf, queries: Tensor, keys: Tensor, v: Tensor): Tensor {
  const operation = tf.customGrad((...inputs) => {
    const [q, k, weights] = inputs as Tensor[];
    const sizes: Sizes = { queries: q.shape[0], keys: k.shape[0], width: q.shape[1] ?? 0 };
    const powers: Powers = {
      query: squaredExponentials(q),
      key: squaredExponentials(k),
      v: weights.dataSync() as Float32Array,
    };
    return {
      value: tf.tensor2d(scores(sizes, powers), [sizes.queries, sizes.keys]) as Tensor,
      gradFunc: (upstream: Tensor) => {
        const gradient = gradients(sizes, powers, upstream.dataSync() as Float32Array);
        return [
          tf.tensor2d(gradient.query, [sizes.queries, sizes.width]),
          tf.tensor2d(gradient.key, [sizes.keys, sizes.width]),
          tf.tensor1d(gradient.v),
        ];
      },
    };
  });
  return operation(queries, keys, v);
}

interface Sizes {
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
}

interface Powers {
  /** exp(2 x query) and exp(2 x key); tanh(q + k) = 1 - 2 / (exp(2 q) exp(2 k) + 1). */
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly v: Float32Array;
}

/**
 * Past 300 tanh is 1 to the last bit, and the product of two powers still finite or infinite, never
 * undefined.
 */
const LARGEST_EXPONENT = 300;

function squaredExponentials(tensor: Tensor): Float64Array {
  return Float64Array.from(tensor.dataSync(), (x) =>
    Math.exp(Math.min(LARGEST_EXPONENT, Math.max(-LARGEST_EXPONENT, 2 * x))),
  );
}

function scores({ queries, keys, width }: Sizes, { query, key, v }: Powers): Float32Array {
  const result = new Float32Array(queries * keys);
  for (let n = 0; n < queries; n++)
    for (let g = 0; g < keys; g++) {
      let sum = 0;
      for (let a = 0, i = n * width, j = g * width; a < width; a++, i++, j++)
        sum += v[a] * (1 - 2 / (query[i] * key[j] + 1));
      result[n * keys + g] = sum;
    }
  return result;
}

function gradients({ queries, keys, width }: Sizes, { query, key, v }: Powers, upstream: Float32Array) {
  const gradient = {
    query: new Float32Array(queries * width),
    key: new Float32Array(keys * width),
    v: new Float32Array(width),
  };
  const ofQuery = new Float64Array(width);
  const ofKey = new Float64Array(keys * width);
  const ofV = new Float64Array(width);
  for (let n = 0; n < queries; n++) {
    ofQuery.fill(0);
    for (let g = 0; g < keys; g++) {
      const d = upstream[n * keys + g];
      if (d === 0) continue;
      for (let a = 0, i = n * width, j = g * width; a < width; a++, i++, j++) {
        const tanh = 1 - 2 / (query[i] * key[j] + 1);
        const slope = d * v[a] * (1 - tanh * tanh);
        ofV[a] += d * tanh;
        ofQuery[a] += slope;
        ofKey[j] += slope;
      }
    }
    gradient.query.set(ofQuery, n * width);
  }
  gradient.key.set(ofKey);
  gradient.v.set(ofV);
  return gradient;
}
