/**
 * A head scores one choice at a time. What depends on the task alone is multiplied once for each
 * encoding and kept in a table. What depends on the step is a few columns, through a small layer.
 *
 *     score = w . leaky(table[task] (+ what is on the device) + U leaky(W columns + b)) + c
 *
 * The formula is there twice. As tensors it is differentiated. In plain arrays rollouts take their
 * steps without a call of TensorFlow. A test holds one to the other.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Weights } from "../../nets/weights.ts";
import { dense } from "../../tensors/dense.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../../tensors/types.ts";
import { SLOPE } from "./encoder.ts";

export interface HeadSize {
  /** Widths of what a table is made of. */
  readonly inputs: readonly number[];
  /** Columns of a choice in a step, and the width of their layer. */
  readonly columns: number;
  readonly latent: number;
  readonly hidden: number;
}

export interface Head {
  /** What depends on the task alone: [rows, hidden] of inputs [rows, width]. */
  table(inputs: readonly Tensor[]): Tensor2D;
  /** One score for each row, [rows, 1]. */
  scores(base: Tensor, columns: Tensor): Tensor2D;
  /** The weights as they are now, for plain scores. */
  read(): PlainHead;
  /** Weights of the last layer. */
  readonly last: readonly Variable[];
}

export interface PlainHead {
  /**
   * The score of one choice: by `hidden` numbers of the table from `at`, and its columns from
   * `columnsAt`. As many numbers of `more`, where it is given, are added to the first.
   */
  score(
    table: Float32Array,
    at: number,
    more: Float32Array | null,
    moreAt: number,
    columns: Float32Array,
    columnsAt: number,
  ): number;
}

export function createHead(tf: Tf, weights: Weights, name: string, size: HeadSize, rng: Rng): Head {
  const { inputs, columns, latent, hidden } = size;
  const matrices = inputs.map((width, i) => weights.matrix(`${name} input ${i}`, width, hidden, rng));
  const bias = weights.zeros(`${name} bias`, [hidden]);
  const latentMatrix = weights.matrix(`${name} columns`, columns, latent, rng);
  const latentBias = weights.zeros(`${name} columns bias`, [latent]);
  const join = weights.matrix(`${name} join`, latent, hidden, rng);
  // Zeros make the first policy uniform.
  const score = weights.zeros(`${name} score`, [hidden, 1]);
  const scoreBias = weights.zeros(`${name} score bias`, [1]);
  const none = (width: number) => tf.zeros([width]);

  return {
    last: [score, scoreBias],
    table: (parts) =>
      parts
        .map((part, i) => dense(tf, part, matrices[i], i === 0 ? bias : none(hidden), "linear") as Tensor)
        .reduce((a, b) => tf.add(a, b)) as Tensor2D,
    scores(base, x) {
      const seen = tf.leakyRelu(dense(tf, x, latentMatrix, latentBias, "linear"), SLOPE);
      const joined = tf.add(base, dense(tf, seen, join, none(hidden), "linear"));
      return dense(tf, tf.leakyRelu(joined, SLOPE), score, scoreBias, "linear");
    },
    read() {
      const [w, b, u, s, c] = [latentMatrix, latentBias, join, score, scoreBias].map(
        (variable) => variable.dataSync() as Float32Array,
      );
      return plainHead(size, w, b, u, s, c[0]);
    },
  };
}

/** Typed arrays, because every step of every rollout scores here. */
function plainHead(
  { columns, latent, hidden }: HeadSize,
  w: Float32Array,
  b: Float32Array,
  u: Float32Array,
  s: Float32Array,
  c: number,
): PlainHead {
  const joined = new Float64Array(hidden);
  return {
    score(table, at, more, moreAt, x, xAt) {
      for (let h = 0; h < hidden; h++) joined[h] = table[at + h];
      if (more !== null) for (let h = 0; h < hidden; h++) joined[h] += more[moreAt + h];
      for (let l = 0; l < latent; l++) {
        let seen = b[l];
        for (let k = 0; k < columns; k++) seen += x[xAt + k] * w[k * latent + l];
        if (seen < 0) seen *= SLOPE;
        for (let h = 0, from = l * hidden; h < hidden; h++) joined[h] += seen * u[from + h];
      }
      let sum = c;
      for (let h = 0; h < hidden; h++) sum += s[h] * (joined[h] < 0 ? SLOPE * joined[h] : joined[h]);
      return sum;
    },
  };
}
