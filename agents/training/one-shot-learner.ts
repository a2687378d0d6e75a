/**
 * Policy gradient on whole placements: sample a batch, score it, move the policy towards what beat
 * the recent past. What REINFORCE and the sequence-to-sequence placer share; they differ in the
 * policy.
 *
 * Source: the training of ColocRL (Mirhoseini et al., ICML 2017) in its single-controller form.
 * Ours: advantages divided by their moving spread, and the random tilt of exploration.ts, under
 * which a placement is also credited.
 */
import { z } from "zod";
import type { Rng, RngState } from "../../env/model/rng.ts";
import { restoreRng } from "../../env/model/rng.ts";
import type { Agent, AgentContext, TrainStep } from "../contract.ts";
import type { SavedWeights, Weights } from "../nets/weights.ts";
import { type LoadedTf, readOut } from "../tensors/tf.ts";
import type { Tensor } from "../tensors/types.ts";
import { createAdam, type SavedAdam } from "./adam.ts";
import { deviceTilts } from "./exploration.ts";
import { movingBaseline, type SavedBaseline } from "./moving-baseline.ts";
import { entropyOf, takenLogProbability } from "./policy-gradient.ts";
import { nextBatchSize, planOf, rewardShape, score } from "./scoring.ts";

export const learnerOptions = {
  batch: z.int().min(1).default(10).describe("Placements sampled per update."),
  baselineDecay: z.number().min(0).max(1).default(0.9).describe("Decay of the moving-average baseline."),
  entropy: z.number().min(0).default(0).describe("Weight of the policy's entropy, summed over the groups."),
  tilt: z
    .number()
    .min(0)
    .default(2)
    .describe("Standard deviation of the first update's random tilt, in logits."),
  tiltDecay: z.number().min(0).max(1).default(0.97).describe("Factor on the tilt per update."),
  clipNorm: z
    .number()
    .positive()
    .default(1)
    .describe("Largest norm of a gradient; larger ones are scaled down."),
  reward: rewardShape,
};
type LearnerOptions = z.infer<z.ZodObject<typeof learnerOptions>> & { readonly learningRate: number };

/** A distribution over whole placements. Tilts are offsets in logits, [batch x devices]. */
export interface OneShotPolicy {
  readonly weights: Weights;
  /** One placement of all groups per row of `tilts`. */
  sample(tilts: Float32Array, rng: Rng): Int32Array[];
  /**
   * Log-probabilities of all devices along the given placements, shape [batch x groups x devices];
   * differentiable.
   */
  logProbabilities(placements: readonly Int32Array[], tilts: Float32Array): Tensor;
  greedy(): Int32Array;
  /** Frees tensors other than the weights. */
  dispose(): void;
}

interface Saved {
  readonly update: number;
  readonly evaluations: number;
  readonly weights: SavedWeights;
  readonly adam: SavedAdam;
  readonly baseline: SavedBaseline;
  readonly rng: RngState;
}

export function oneShotLearner(
  { tf, backend }: LoadedTf,
  { scenario, evaluator, rng, options }: AgentContext<LearnerOptions>,
  policy: OneShotPolicy,
): Agent {
  const groups = scenario.grouping.groupCount;
  const devices = scenario.cluster.devices.length;
  const { weights } = policy;
  const adam = createAdam(tf, weights.list, options);
  const baseline = movingBaseline(options.baselineDecay);
  let draws = rng.child("training");
  let update = 0;
  let evaluationsBefore = 0;

  async function* train(): AsyncGenerator<TrainStep, void> {
    for (;;) {
      const batch = nextBatchSize(evaluator, options.batch, 1);
      if (batch === 0) return;
      const tilts = deviceTilts(draws, batch, devices, options.tilt * options.tiltDecay ** update);
      const placements = readOut(tf, () => policy.sample(tilts, draws));
      const { costs, rewards, feasible } = score(evaluator, placements, options.reward);
      const advantages = baseline.advantages(rewards);

      let entropy = 0;
      const { loss, gradientNorm } = adam.minimize(() => {
        const logProbabilities = policy.logProbabilities(placements, tilts);
        const taken = takenLogProbability(tf, logProbabilities, placements);
        const meanEntropy = entropyOf(tf, logProbabilities);
        entropy = meanEntropy.dataSync()[0];
        const gain = tf.mean(tf.mul(tf.sum(taken, 1), tf.tensor1d(advantages)));
        return tf.neg(tf.add(gain, tf.mul(meanEntropy, options.entropy * groups)));
      });
      update++;
      const meanCost = costs.reduce((sum, cost) => sum + cost, 0) / batch;
      const evaluations = evaluationsBefore + evaluator.evaluations;
      yield { update, evaluations, metrics: { loss, gradientNorm, entropy, meanCost, feasible } };
    }
  }

  return {
    backend,
    train,
    async act() {
      const plan = planOf(
        scenario,
        readOut(tf, () => policy.greedy()),
      );
      evaluator.evaluate(plan);
      return plan;
    },
    async save(): Promise<Saved> {
      return {
        update,
        evaluations: evaluationsBefore + evaluator.evaluations,
        weights: weights.save(),
        adam: adam.save(),
        baseline: baseline.save(),
        rng: draws.state(),
      };
    },
    async load(state) {
      const saved = state as Saved;
      weights.load(saved.weights);
      adam.load(saved.adam);
      baseline.load(saved.baseline);
      draws = restoreRng(saved.rng);
      update = saved.update;
      evaluationsBefore = saved.evaluations - evaluator.evaluations;
    },
    dispose() {
      policy.dispose();
      weights.dispose();
      adam.dispose();
    },
  };
}
