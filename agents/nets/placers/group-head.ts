/**
 * A feed-forward network of one hidden layer that gives each row of features a distribution over
 * groups. It is the core of HDP's Grouper and of TAPP's partition network.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { dense } from "../../tensors/dense.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";

export interface GroupHeadSize {
  /** Columns of the features. */
  readonly inputs: number;
  readonly hidden: number;
  readonly groups: number;
  readonly activation: "relu" | "linear";
}

/** A head start in logits of one group for each unit. */
export interface HeadStart {
  readonly group: Int32Array;
  readonly logits: number;
}

/** Groups for the units of one task. */
export interface UnitGroups {
  /** Logits of the units from `first` to `last`, [units x groups]; differentiable. */
  logits(first: number, last: number): Tensor2D;
  dispose(): void;
}

/** Logits of rows of features, [rows x groups]. */
export type GroupHead = (rows: Tensor2D) => Tensor2D;

/** Declares the weights among those of `weights`. */
export function groupHead(
  tf: Tf,
  weights: Weights,
  { inputs, hidden, groups, activation }: GroupHeadSize,
  rng: Rng,
): GroupHead {
  const first = {
    matrix: weights.matrix("grouper hidden", inputs, hidden, rng),
    bias: weights.zeros("grouper hidden bias", [hidden]),
  };
  const second = {
    matrix: weights.matrix("grouper output", hidden, groups, rng),
    bias: weights.zeros("grouper output bias", [groups]),
  };
  return (rows) => {
    const inner = dense(tf, rows, first.matrix, first.bias, activation);
    return dense(tf, inner, second.matrix, second.bias, "linear");
  };
}

/** Logits of the units from `from` to `to` with their head start, where there is one. */
export function withStart(
  tf: Tf,
  logits: Tensor2D,
  start: HeadStart | undefined,
  from: number,
  to: number,
): Tensor2D {
  if (start === undefined) return logits;
  const own = tf.tensor1d(start.group.slice(from, to), "int32");
  return tf.add(logits, tf.mul(tf.oneHot(own, logits.shape[1]), start.logits)) as Tensor2D;
}
