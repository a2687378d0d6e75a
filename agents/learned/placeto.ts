/**
 * Placeto: a message-passing policy that improves a complete placement group by group.
 *
 * Source: Addanki et al., "Learning Generalizable Device Placement Algorithms for Distributed
 * Machine Learning", NeurIPS 2019, and its published code. As there: the episode is one sweep over
 * the groups on `Placement/Refine-v1`, the reward of a step is the drop in step time, REINFORCE
 * with a mean-return baseline per step, an entropy bonus, gradient norm clipped at 1.25, messages
 * in both directions with weights shared over the rounds, aggregates over ancestors, descendants
 * and parallel groups of the current one. What differs is in the card's limits. Defaults were
 * chosen on training members 1 of the families enas-cifar and nmt; those that the slow test judges
 * had no part in it.
 *
 * Episodes of a batch are rolled out in lock step without gradients; then all their steps are
 * differentiated at once.
 */
import { z } from "zod";
import type { Env } from "../../env/contract.ts";
import { createRefineEnv } from "../../env/envs/placement/refine.ts";
import { groupGraph } from "../../env/model/coarsen/group-graph.ts";
import { InputError } from "../../env/model/errors.ts";
import type { RngState } from "../../env/model/rng.ts";
import { restoreRng } from "../../env/model/rng.ts";
import { allowedDevices } from "../../env/model/scenario.ts";
import type { PlacementObservation } from "../../env/parts/observation.ts";
import { negativeCost, negativeLogCost, negativeRootCost } from "../../env/parts/utility.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";
import type { Agent, AgentContext, AgentModule, TrainStep } from "../contract.ts";
import { argmaxRows, maskBias, sampleRows } from "../nets/categorical.ts";
import { createPositionalPolicy, type Visit } from "../nets/positional-policy.ts";
import { visitColumns, visitOf } from "../nets/visit.ts";
import { createWeights, type SavedWeights } from "../nets/weights.ts";
import { loadTf, readOut } from "../tensors/tf.ts";
import { createAdam, type SavedAdam } from "../training/adam.ts";
import { entropyOf, takenLogProbability } from "../training/policy-gradient.ts";
import { type SavedStepBaseline, stepBaseline } from "../training/step-baseline.ts";

const options = z.object({
  episodes: z.int().min(1).default(2).describe("Episodes per update, rolled out in lock step."),
  learningRate: z.number().positive().default(0.004).describe("Adam's step size."),
  clipNorm: z
    .number()
    .positive()
    .default(1.25)
    .describe("Largest norm of a gradient; larger ones are scaled down."),
  entropy: z.number().min(0).default(0.03).describe("Weight of the policy's mean entropy."),
  discount: z.number().min(0).max(1).default(0.97).describe("Factor per step on later rewards."),
  baselineEpisodes: z.int().min(1).default(10).describe("Past episodes in the baseline of each step."),
  width: z.int().min(1).default(8).describe("Width of the embedding in each direction."),
  rounds: z.int().min(1).default(4).describe("Rounds of message passing."),
  start: z
    .enum(["fixed-random", "random", "single-device", "best"])
    .default("fixed-random")
    .describe("Placement that every episode improves on."),
  reward: z
    .enum(["linear", "sqrt", "log"])
    .default("linear")
    .describe("What a step's reward is the drop of: the cost, its square root or its logarithm."),
});
type Options = z.infer<typeof options>;

/**
 * States differentiated together hold at most so many groups in all: a bound on memory, not on the
 * batch.
 */
const LARGEST_PART = 16_384;

interface Saved {
  readonly groups: number;
  readonly devices: number;
  readonly update: number;
  readonly evaluations: number;
  readonly weights: SavedWeights;
  readonly adam: SavedAdam;
  readonly baseline: SavedStepBaseline;
  readonly rng: RngState;
  readonly envs: readonly unknown[];
}

/** What an episode saw, did and got. */
interface Episode {
  readonly visits: Visit[];
  readonly actions: number[];
  readonly rewards: number[];
  /** Utility before each step. */
  readonly before: number[];
  finalCost: number;
}

type RefineEnv = Env<PlacementObservation, number>;

const utilities = { linear: negativeCost, sqrt: negativeRootCost, log: negativeLogCost };

export const placeto: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "placeto",
    name: "Placeto",
    summary: "Message-passing policy that re-places one group at a time, sweep by sweep.",
    searchSpace: "device per group, by improvement",
    paper: "Addanki et al., Learning Generalizable Device Placement Algorithms, NeurIPS 2019",
    limits:
      "An episode costs one evaluation per group and one more, so 1,000 evaluations are few episodes. Trained per scenario. Devices are told apart by their speed and by what lies on them, not by their place in the network. One head scores every device; pooling goes by device and takes neighbours apart. Means instead of sums, running normalisation before the head, 4 rounds instead of 8, Adam at 0.004 instead of 0.001, discount 0.97 instead of 1, entropy weight 0.03 on advantages of unit spread, freed of what the utility before the step explains.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (scenario) => scenario.grouping.groupCount + 1,
  create,
};

async function create(context: AgentContext<Options>): Promise<Agent> {
  const { scenario, evaluator, rng, options } = context;
  const { tf, backend } = await loadTf(context.backend);
  const groups = scenario.grouping.groupCount;
  const devices = scenario.cluster.devices.length;
  const episodeEvaluations = groups + 1;

  const utility = utilities[options.reward];
  const starts = rng.child("starts");
  const envs: readonly RefineEnv[] = Array.from({ length: options.episodes }, () =>
    createRefineEnv({
      scenario,
      evaluator,
      start: options.start,
      seed: starts.int(2 ** 31),
      utility,
    }),
  );
  const { edgeSource, edgeDestination, computeUs } = groupGraph(scenario);
  const edges = { from: edgeSource, to: edgeDestination };
  const { width, rounds } = options;
  const weights = createWeights(tf);
  const columns = visitColumns.length;
  const speeds = speedsOf(computeUs, devices);
  const shape = { groups, edges, columns, devices, speeds, width, rounds };
  const policy = createPositionalPolicy(tf, weights, shape, rng.child("weights"));
  const adam = createAdam(tf, weights.list, options);
  const baseline = stepBaseline(options.baselineEpisodes);
  const legal = maskBias(allowedDevices(scenario));
  let draws = rng.child("training");
  let update = 0;
  let evaluationsBefore = 0;

  const maskedLogits = (visits: readonly Visit[]) => {
    const mask = new Float32Array(visits.length * devices);
    visits.forEach(({ current }, s) => {
      mask.set(legal.subarray(current * devices, (current + 1) * devices), s * devices);
    });
    return tf.add(policy.logits(visits), tf.tensor2d(mask, [visits.length, devices]));
  };

  /** One sweep in every given env, in lock step; `choose` answers a device for each visit. */
  const sweep = (
    running: readonly RefineEnv[],
    choose: (visits: readonly Visit[]) => Int32Array,
  ): Episode[] => {
    const begun = running.map((env) => env.reset());
    const seen = begun.map(({ observation }) => visitOf(observation));
    const standing = begun.map(({ info }) => utility.of(info.outcome as Outcome));
    const episodes: Episode[] = running.map(() => ({
      visits: [],
      actions: [],
      rewards: [],
      before: [],
      finalCost: 0,
    }));
    for (let group = 0; group < groups; group++) {
      const actions = choose(seen);
      running.forEach((env, i) => {
        const step = env.step(actions[i]);
        episodes[i].visits.push(seen[i]);
        episodes[i].actions.push(actions[i]);
        episodes[i].rewards.push(step.reward);
        episodes[i].before.push(standing[i]);
        standing[i] += step.reward;
        episodes[i].finalCost = (step.info.outcome as Outcome).cost;
        if (!step.terminated) seen[i] = visitOf(step.observation);
      });
    }
    return episodes;
  };

  const sampled = (visits: readonly Visit[]) =>
    readOut(tf, () => {
      const probabilities = tf.softmax(maskedLogits(visits)).dataSync() as Float32Array;
      return sampleRows(probabilities, devices, draws);
    });

  const greedy = (visits: readonly Visit[]) =>
    readOut(tf, () => argmaxRows(maskedLogits(visits).dataSync() as Float32Array, devices));

  async function* train(): AsyncGenerator<TrainStep, void> {
    for (;;) {
      const affordable = Math.floor((evaluator.remaining - episodeEvaluations) / episodeEvaluations);
      const count = Math.min(options.episodes, affordable);
      if (count < 1) return;
      const episodes = sweep(envs.slice(0, count), sampled);
      const advantages = baseline.advantages(
        episodes.map(({ rewards }) => returnsOf(rewards, options.discount)),
        episodes.map(({ before }) => Float64Array.from(before)),
      );

      let entropy = 0;
      const steps = count * groups;
      const losses = parts(episodes, advantages, Math.max(1, Math.floor(LARGEST_PART / groups))).map(
        (part) => () => {
          const logProbabilities = tf.logSoftmax(maskedLogits(part.visits));
          const taken = takenLogProbability(tf, logProbabilities, [Int32Array.from(part.actions)]);
          const share = part.visits.length / steps;
          const meanEntropy = entropyOf(tf, logProbabilities);
          entropy += share * meanEntropy.dataSync()[0];
          const gain = tf.div(tf.sum(tf.mul(taken, tf.tensor1d(part.advantages))), steps);
          return tf.neg(tf.add(gain, tf.mul(meanEntropy, share * options.entropy)));
        },
      );
      const { loss, gradientNorm } = adam.minimize(...losses);
      policy.observe(episodes[0].visits);
      update++;
      const meanCost = episodes.reduce((sum, { finalCost }) => sum + finalCost, 0) / count;
      const evaluations = evaluationsBefore + evaluator.evaluations;
      yield { update, evaluations, metrics: { loss, gradientNorm, entropy, meanCost } };
    }
  }

  return {
    backend,
    train,
    /** The plan at the end of one greedy sweep. */
    async act() {
      const env = envs[0].clone();
      sweep([env], greedy);
      return env.plan();
    },
    async save(): Promise<Saved> {
      return {
        groups,
        devices,
        update,
        evaluations: evaluationsBefore + evaluator.evaluations,
        weights: weights.save(),
        adam: adam.save(),
        baseline: baseline.save(),
        rng: draws.state(),
        envs: envs.map((env) => env.state()),
      };
    },
    async load(state) {
      const saved = state as Saved;
      // The weights would fit any graph and cluster; baselines and envs would not.
      if (saved.groups !== groups || saved.devices !== devices)
        throw new InputError(
          `The saved agent places ${saved.groups} groups on ${saved.devices} devices, this scenario has ${groups} groups and ${devices} devices: another scenario or other options.`,
        );
      weights.load(saved.weights);
      adam.load(saved.adam);
      baseline.load(saved.baseline);
      draws = restoreRng(saved.rng);
      envs.forEach((env, i) => {
        env.restore(saved.envs[i]);
      });
      update = saved.update;
      evaluationsBefore = saved.evaluations - evaluator.evaluations;
    },
    dispose() {
      weights.dispose();
      adam.dispose();
    },
  };
}

/** Of each device at each group, over the fastest one's; 0 where it cannot run the group. */
function speedsOf(computeUs: Float64Array, devices: number): Float32Array {
  return Float32Array.from(computeUs, (us, i) => {
    const row = i - (i % devices);
    const fastestUs = computeUs.subarray(row, row + devices).reduce((a, b) => Math.min(a, b));
    return us === 0 ? 1 : fastestUs / us;
  });
}

/** Discounted sum of the rewards from each step on. */
function returnsOf(rewards: readonly number[], discount: number): Float64Array {
  const returns = new Float64Array(rewards.length);
  let later = 0;
  for (let step = rewards.length - 1; step >= 0; step--) {
    later = rewards[step] + discount * later;
    returns[step] = later;
  }
  return returns;
}

interface Part {
  readonly visits: readonly Visit[];
  readonly actions: readonly number[];
  readonly advantages: Float32Array;
}

/** All steps of all episodes in order, cut into parts of at most `size` steps. */
function parts(episodes: readonly Episode[], advantages: readonly Float32Array[], size: number): Part[] {
  const visits = episodes.flatMap((episode) => episode.visits);
  const actions = episodes.flatMap((episode) => episode.actions);
  const flat = Float32Array.from(advantages.flatMap((episode) => [...episode]));
  return Array.from({ length: Math.ceil(visits.length / size) }, (_, i) => ({
    visits: visits.slice(i * size, (i + 1) * size),
    actions: actions.slice(i * size, (i + 1) * size),
    advantages: flat.slice(i * size, (i + 1) * size),
  }));
}
