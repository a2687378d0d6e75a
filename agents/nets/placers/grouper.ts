/**
 * HDP's Grouper (Mirhoseini et al., ICLR 2018): a feed-forward network that gives every unit a
 * distribution over groups, independently of the others. The paper has a relu in its hidden layer
 * and embeds types; the public controller has neither.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { dense } from "../../tensors/dense.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";
import { type FeatureVariant, type Units, unitFeatures } from "./grouper-features.ts";

export interface GrouperSize {
  readonly variant: FeatureVariant;
  readonly hidden: number;
  readonly groups: number;
  /** Width of the learned embedding of types, of the paper's variant. */
  readonly typeEmbedding: number;
}

/** A head start in logits of one group for each unit. */
export interface HeadStart {
  readonly group: Int32Array;
  readonly logits: number;
}

export interface Grouper {
  /** On given units. */
  on(
    units: Units,
    start?: HeadStart,
  ): {
    /** Logits of the units from `first` to `last`, [units x groups]; differentiable. */
    logits(first: number, last: number): Tensor2D;
    dispose(): void;
  };
}

/** Declares the weights among those of `weights`. */
export function grouper(
  tf: Tf,
  weights: Weights,
  units: Units,
  { variant, hidden, groups, typeEmbedding }: GrouperSize,
  rng: Rng,
): Grouper {
  const isPaper = variant === "paper";
  const { columns } = unitFeatures(units, variant);
  const types = isPaper ? weights.matrix("grouper types", units.typeCount, typeEmbedding, rng) : null;
  const inputs = columns + (isPaper ? typeEmbedding : 0);
  const first = {
    matrix: weights.matrix("grouper hidden", inputs, hidden, rng),
    bias: weights.zeros("grouper hidden bias", [hidden]),
  };
  const second = {
    matrix: weights.matrix("grouper output", hidden, groups, rng),
    bias: weights.zeros("grouper output bias", [groups]),
  };
  return {
    on(given, start) {
      const features = tf.tensor2d(unitFeatures(given, variant).values, [given.count, columns]);
      return {
        logits(from, to) {
          const rows = tf.slice(features, [from, 0], [to - from, columns]);
          const seen =
            types === null
              ? rows
              : tf.concat([tf.gather(types, tf.tensor1d(given.type.slice(from, to), "int32")), rows], 1);
          const inner = dense(tf, seen, first.matrix, first.bias, isPaper ? "relu" : "linear");
          const logits = dense(tf, inner, second.matrix, second.bias, "linear");
          if (start === undefined) return logits;
          const own = tf.tensor1d(start.group.slice(from, to), "int32");
          return tf.add(logits, tf.mul(tf.oneHot(own, groups), start.logits)) as Tensor2D;
        },
        dispose: () => features.dispose(),
      };
    },
  };
}
