/** Imitation: cross-entropy towards what an expert took. Advantages are not looked at. */
import { type Algorithm, EntropyMean, partsOf, sharesOf, takenOf } from "./algorithm.ts";

export const imitationAlgorithm: Algorithm = {
  improve(tf, step) {
    const entropy = new EntropyMean();
    const losses = partsOf(step).map((part) => () => {
      const replay = part.replay();
      entropy.add(tf, replay);
      const heads = replay.decisions.map((head) =>
        tf.sum(tf.mul(takenOf(tf, head), tf.tensor1d(sharesOf(head, part.share)))),
      );
      return tf.neg(heads.reduce((a, b) => tf.add(a, b)));
    });
    return { ...step.adam.minimize(...losses), entropy: entropy.value };
  },
  save: () => null,
  load() {},
};
