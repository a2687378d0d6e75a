/**
 * HDP's Grouper (Mirhoseini et al., ICLR 2018): a feed-forward network that gives every unit a
 * distribution over groups, independently of the others. The paper has a relu in its hidden layer
 * and embeds types; the public controller has neither.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";
import { groupHead, type HeadStart, type UnitGroups, withStart } from "./group-head.ts";
import { type FeatureVariant, type Units, unitFeatures } from "./grouper-features.ts";

export interface GrouperSize {
  readonly variant: FeatureVariant;
  readonly hidden: number;
  readonly groups: number;
  /** Width of the learned embedding of types, of the paper's variant. */
  readonly typeEmbedding: number;
}

export interface Grouper {
  /** On given units. */
  on(units: Units, start?: HeadStart): UnitGroups;
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
  const head = groupHead(
    tf,
    weights,
    { inputs, hidden, groups, activation: isPaper ? "relu" : "linear" },
    rng,
  );
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
          return withStart(tf, head(seen as Tensor2D), start, from, to);
        },
        dispose: () => features.dispose(),
      };
    },
  };
}
