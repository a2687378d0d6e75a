/**
 * TAPP's partition network (Mao et al., Applied Sciences 2021): a feed-forward softmax over groups
 * for each layer, independently of the others.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";
import type { LayerRows } from "./chain-features.ts";
import { groupHead, type HeadStart, type UnitGroups, withStart } from "./group-head.ts";

export interface PartitionSize {
  /** Of the layers' features. */
  readonly columns: number;
  readonly hidden: number;
  readonly groups: number;
}

/** Declares the weights; the answer makes the network on given layers. */
export function layerPartition(
  tf: Tf,
  weights: Weights,
  { columns, hidden, groups }: PartitionSize,
  rng: Rng,
): (rows: LayerRows, start?: HeadStart) => UnitGroups {
  const head = groupHead(tf, weights, { inputs: columns, hidden, groups, activation: "relu" }, rng);
  return ({ count, values }, start) => {
    const features = tf.tensor2d(values, [count, columns]);
    return {
      logits(from, to) {
        const rows = tf.slice(features, [from, 0], [to - from, columns]) as Tensor2D;
        return withStart(tf, head(rows), start, from, to);
      },
      dispose: () => features.dispose(),
    };
  };
}
