/**
 * ColocRL. An LSTM encoder reads the groups in topological order; an attentive LSTM decoder writes
 * one device per group. It is trained by REINFORCE on the step time of whole placements.
 *
 * Source: Mirhoseini et al., "Device Placement Optimization with Reinforcement Learning", ICML
 * 2017. `mode=paper` has:
 * - per group a learned embedding of op types, output sizes, and its neighbours as one-hot rows;
 * - the previous device's embedding as decoder input, additive attention over encoder states;
 * - logits C x tanh(logits / T) with T = 10 and C = 5;
 * - reward minus the root of the step in seconds, that of 100 seconds where the plan does not fit;
 * - an exponential moving average of the reward as baseline, which begins with the failing signal;
 * - raw advantages, Adam at 0.1, gradient norm clipped at 1, no entropy bonus;
 * - only plans that fit after 5,000 steps.
 *
 * The paper trains with 20 controllers on one parameter server. Here one controller makes batches
 * of ten. It gives no width of the LSTM, which is 512 in HDP's code and so here. Outputs are
 * bytes, not shapes.
 */
import type { z } from "zod";
import type { Scenario } from "../../env/model/scenario.ts";
import type { AgentModule } from "../contract.ts";
import { placerFeatures } from "../nets/placers/placer-features.ts";
import { sequenceNetwork } from "../nets/sequence-network.ts";
import { loadTf } from "../tensors/tf.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner } from "../training/learner.ts";
import { oneShotTasks } from "../training/lessons/one-shot-lesson.ts";
import { placerFields } from "../training/placer-options.ts";
import { gradientSpec, tiltedRules } from "../training/policy-gradient-options.ts";
import { withPresets } from "../training/presets.ts";

const fields = { ...placerFields, ...decodingFields };
const options = withPresets(fields, {
  paper: {
    batch: 10,
    learningRate: 0.1,
    hidden: 512,
    attention: 512,
    embedding: 512,
    groupBias: 0,
    advantages: "raw",
    reward: "seconds",
    lateFilter: 5000,
    tilt: 0,
  },
});
export const colocrl: AgentModule<z.infer<typeof options>> = {
  kind: "agent",
  card: {
    id: "colocrl",
    systems: ["colocrl"],
    name: "ColocRL",
    summary: "LSTM encoder and attentive LSTM decoder over groups, trained by REINFORCE.",
    searchSpace: "device per group",
    paper: "Mirhoseini et al., Device Placement Optimization with Reinforcement Learning, ICML 2017",
    limits:
      "mode=paper: one controller of batch 10 for 20 asynchronous ones; width 512, which the paper does not give; outputs as bytes, not shapes; groups are the scenario's. The default also has width 64, learning rate 0.003, batch 3, costs over the bound, advantages of unit spread, a fading random tilt and a learned bias of each group in the logits. One-hot neighbours tie the policy to one graph.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const { options } = context;
    const loaded = await loadTf(context.backend);
    const rng = context.rng.child("weights");
    const size = { ...options, bidirectional: false, groupInput: false, projected: false, typeEmbedding: 20 };
    const networkFor = (first: Scenario) => sequenceNetwork(loaded.tf, first, rng, size, placerFeatures);
    const network = await oneShotTasks(loaded.tf, context, networkFor, tiltedRules(options));
    return createLearner(loaded, context, network, gradientSpec(options));
  },
};
