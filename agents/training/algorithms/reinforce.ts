/**
 * REINFORCE (Williams, Machine Learning 1992): one step along advantage x gradient of the
 * log-probability. With a critic as baseline and a value weight it is A2C.
 */
import type { Tensor, Tf } from "../../tensors/types.ts";
import {
  type Algorithm,
  EntropyMean,
  type Part,
  partsOf,
  rowsOf,
  sideTerms,
  takenOf,
  type UpdateStep,
} from "./algorithm.ts";

export const reinforceAlgorithm: Algorithm = {
  improve(tf, step) {
    const entropy = new EntropyMean();
    const losses = partsOf(step).map((part) => () => lossOf(tf, part, step, entropy));
    return { ...step.adam.minimize(...losses), entropy: entropy.value };
  },
  save: () => null,
  load() {},
};

function lossOf(
  tf: Tf,
  part: Part,
  step: Pick<UpdateStep, "entropy" | "valueWeight">,
  entropy: EntropyMean,
): Tensor {
  const replay = part.replay();
  entropy.add(tf, replay);
  const gains = replay.decisions.map((head) => {
    const pushed = tf.tensor1d(rowsOf(head, part.batch.advantages, part.share));
    return tf.sum(tf.mul(takenOf(tf, head), pushed));
  });
  const gain = gains.reduce((a, b) => tf.add(a, b));
  return tf.sub(sideTerms(tf, replay, part, step), gain);
}
