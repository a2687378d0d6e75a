/**
 * Spotlight. Placement as a Markov decision process with one stage per group. Proximal policy
 * optimisation trains it, with an adaptive penalty on the divergence from the old policy.
 *
 * Source: Gao, Chen and Li, "Spotlight: Optimizing Device Placement for Training Deep Neural
 * Networks", ICML 2018. As there:
 * - stages in topological order, each seeing its group and the device of the group before;
 * - a recurrent encoder and decoder with attention;
 * - one reward at the end, credited to every stage;
 * - several epochs on the same placements under a penalty.
 *
 * The paper's sizes, rates, batch and reward transform are not known to us. `mode=paper` has ours:
 * - a bi-LSTM of 256 each way, a decoder of 512;
 * - 16 placements, 4 epochs, Adam at 0.0003, target divergence 0.02 per stage;
 * - minus the root of seconds as reward.
 */
import { z } from "zod";
import type { Scenario } from "../../env/model/scenario.ts";
import type { AgentModule } from "../contract.ts";
import { placerFeatures } from "../nets/placers/placer-features.ts";
import { sequenceNetwork } from "../nets/sequence-network.ts";
import { loadTf } from "../tensors/tf.ts";
import { advantagesOver } from "../training/advantages.ts";
import { ppo } from "../training/algorithms/ppo.ts";
import { runningMean } from "../training/baselines/running-mean.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner, type LearnerSpec } from "../training/learner.ts";
import { type OneShotRollout, oneShotTasks } from "../training/lessons/one-shot-lesson.ts";
import { placerFields } from "../training/placer-options.ts";
import { tiltedRules } from "../training/policy-gradient-options.ts";
import { withPresets } from "../training/presets.ts";
import { constant, linear } from "../training/schedule.ts";

const { baselineDecay: _, lateFilter: __, advantages: ___, ...shared } = placerFields;
const fields = {
  ...shared,
  batch: z.int().min(1).default(10).describe("Placements sampled per update."),
  epochs: z.int().min(1).default(2).describe("Passes over the placements of an update."),
  minibatch: z.int().min(1).default(5).describe("Placements in one step of the optimizer."),
  klTarget: z
    .number()
    .min(0)
    .default(0.02)
    .describe("Mean divergence per stage that the penalty aims at; 0 turns the penalty off."),
  klWeight: z.number().min(0).default(1).describe("Weight of the penalty in the first update."),
  entropy: z.number().min(0).default(0.01).describe("Weight of the mean entropy in the first update."),
  entropyUpdates: z.int().min(0).default(100).describe("Updates over which that weight falls to 0."),
  ...decodingFields,
};
const options = withPresets(fields, {
  paper: {
    batch: 16,
    epochs: 4,
    minibatch: 4,
    learningRate: 3e-4,
    hidden: 512,
    attention: 512,
    embedding: 512,
    groupBias: 0,
    reward: "seconds",
    tilt: 0,
  },
});
type Options = z.infer<typeof options>;

export const spotlight: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "spotlight",
    systems: ["spotlight"],
    name: "Spotlight",
    summary: "Recurrent encoder and decoder over groups, trained by PPO under a divergence penalty.",
    searchSpace: "device per group",
    paper: "Gao et al., Spotlight: Optimizing Device Placement for Training DNNs, ICML 2018",
    limits:
      "The paper's widths, rates, batch and reward are not known to us: those of mode=paper are ours. The default also has width 64, learning rate 0.003, batch 10, 2 epochs, costs over the bound, a fading random tilt and a learned bias of each group in the logits. One-hot neighbours tie the policy to one graph.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const { options } = context;
    const loaded = await loadTf(context.backend);
    const rng = context.rng.child("weights");
    const size = { ...options, bidirectional: true, groupInput: true, projected: false, typeEmbedding: 20 };
    const networkFor = (first: Scenario) => sequenceNetwork(loaded.tf, first, rng, size, placerFeatures);
    const network = await oneShotTasks(loaded.tf, context, networkFor, tiltedRules(options));
    return createLearner(loaded, context, network, specOf(options));
  },
};

const specOf = (options: Options): LearnerSpec<OneShotRollout> => ({
  batch: options.batch,
  decoding: options,
  algorithm: ppo({
    epochs: options.epochs,
    minibatch: options.minibatch,
    kl: { target: options.klTarget, weight: options.klTarget === 0 ? 0 : options.klWeight },
  }),
  advantages: () => advantagesOver({ baseline: runningMean(), shape: "batch" }),
  learningRate: constant(options.learningRate),
  entropy: linear(options.entropy, 0, options.entropyUpdates),
  clipNorm: options.clipNorm,
  weightOf: ({ groupDevice }) => 1 / groupDevice.length,
});
