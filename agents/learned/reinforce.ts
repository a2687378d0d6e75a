/**
 * REINFORCE with a factored policy: one row of logits per group, nothing that looks at the graph. The plainest learner, and
 * the one that every larger network has to beat.
 *
 * Source: Williams, "Simple Statistical Gradient-Following Algorithms", Machine Learning 1992; as a policy for device
 * placement it is ColocRL (Mirhoseini et al., ICML 2017) without the network: batches of placements, moving-average
 * baseline, Adam at 0.1, reward -sqrt(step time).
 *
 * Ours, not theirs: a bias per device shared by all groups, and a random tilt towards some devices, drawn per placement and
 * fading over the updates. Both let whole-graph moves ("all on device 2", "nothing on the CPU") be tried and learned within
 * a few batches. A tilted placement is credited under the tilted policy, so the gradient stays unbiased.
 */
import { z } from "zod";
import type { RngState } from "../../env/index.ts";
import { allowedDevices } from "../../env/index.ts";
import { restoreRng } from "../../env/model/rng.ts";
import type { Agent, AgentContext, AgentModule, TrainStep } from "../contract.ts";
import { createAdam, type SavedAdam } from "../nets/adam.ts";
import { movingBaseline, type SavedBaseline } from "../nets/baseline.ts";
import { argmaxRows, maskBias, sampleRows } from "../nets/categorical.ts";
import { deviceTilts } from "../nets/exploration.ts";
import { entropyOf, takenLogProbability } from "../nets/policy-gradient.ts";
import { nextBatchSize, planOf, rewardShape, score } from "../nets/scoring.ts";
import { createWeights, type SavedWeights } from "../nets/weights.ts";
import { loadTf } from "../tf.ts";

const options = z.object({
  batch: z.int().min(1).default(10).describe("Placements sampled per update."),
  learningRate: z.number().positive().default(0.1).describe("Adam's step size."),
  baselineDecay: z.number().min(0).max(1).default(0.9).describe("Decay of the moving-average baseline."),
  entropy: z.number().min(0).default(0).describe("Weight of the policy's entropy in the objective."),
  tilt: z
    .number()
    .min(0)
    .default(2)
    .describe("Standard deviation of the first updates' random tilt, in logits."),
  tiltDecay: z.number().min(0).max(1).default(0.97).describe("Factor on the tilt per update."),
  reward: rewardShape,
});
type Options = z.infer<typeof options>;

interface Saved {
  readonly update: number;
  readonly evaluations: number;
  readonly weights: SavedWeights;
  readonly adam: SavedAdam;
  readonly baseline: SavedBaseline;
  readonly rng: RngState;
}

export const reinforce: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "reinforce",
    name: "REINFORCE",
    summary: "Policy gradient on one row of device logits per group.",
    searchSpace: "device per group",
    paper: "Williams, Machine Learning 1992; placement form after Mirhoseini et al., ICML 2017",
    limits:
      "Learns one scenario at a time and nothing that transfers. The shared device bias and the fading tilt are ours.",
  },
  options,
  actEvaluations: () => 1,
  create,
};

async function create({
  scenario,
  evaluator,
  rng,
  options,
  backend: wanted,
}: AgentContext<Options>): Promise<Agent> {
  const { tf, backend } = await loadTf(wanted);
  const groups = scenario.grouping.groupCount;
  const devices = scenario.cluster.devices.length;

  const weights = createWeights(tf);
  const table = weights.zeros("logits", [groups, devices]);
  const bias = weights.zeros("device bias", [devices]);
  const mask = tf.tensor(maskBias(allowedDevices(scenario)), [groups, devices]);
  const adam = createAdam(tf, weights.list, { learningRate: options.learningRate });
  const baseline = movingBaseline(options.baselineDecay);
  let draws = rng.child("reinforce");
  let update = 0;
  let evaluationsBefore = 0;

  const logits = () => tf.add(tf.add(table, bias), mask);
  /** Logits of a batch, shape [batch x groups x devices]. */
  const tilted = (tilts: Float32Array) =>
    tf.add(tf.expandDims(logits(), 0), tf.tensor(tilts, [tilts.length / devices, 1, devices]));

  async function* train(): AsyncGenerator<TrainStep, void> {
    for (;;) {
      const batch = nextBatchSize(evaluator, options.batch, 1);
      if (batch === 0) return;
      const tilts = deviceTilts(draws, batch, devices, options.tilt * options.tiltDecay ** update);
      const probabilities = tf.tidy(() => tf.softmax(tilted(tilts)).dataSync() as Float32Array);
      const actions = sampleRows(probabilities, devices, draws);
      const placements = Array.from({ length: batch }, (_, b) =>
        actions.subarray(b * groups, (b + 1) * groups),
      );
      const { costs, rewards, feasible } = score(evaluator, placements, options.reward);
      const advantages = baseline.advantages(rewards);

      let entropy = 0;
      const { loss, gradientNorm } = adam.minimize(() => {
        const logProbabilities = tf.logSoftmax(tilted(tilts));
        const taken = tf.sum(takenLogProbability(tf, logProbabilities, actions), 1);
        const meanEntropy = entropyOf(tf, logProbabilities);
        entropy = meanEntropy.dataSync()[0];
        const gain = tf.mean(tf.mul(taken, tf.tensor1d(advantages)));
        return tf.neg(tf.add(gain, tf.mul(meanEntropy, options.entropy * groups)));
      });
      update++;
      const meanCost = costs.reduce((sum, cost) => sum + cost, 0) / batch;
      yield {
        update,
        evaluations: evaluationsBefore + evaluator.spent,
        metrics: { loss, gradientNorm, entropy, meanCost, feasible },
      };
    }
  }

  return {
    backend,
    train,
    async act() {
      const scores = tf.tidy(() => logits().dataSync() as Float32Array);
      const plan = planOf(scenario, argmaxRows(scores, devices));
      evaluator.evaluate(plan);
      return plan;
    },
    async save(): Promise<Saved> {
      return {
        update,
        evaluations: evaluationsBefore + evaluator.spent,
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
      evaluationsBefore = saved.evaluations - evaluator.spent;
    },
    dispose() {
      weights.dispose();
      adam.dispose();
      mask.dispose();
    },
  };
}
