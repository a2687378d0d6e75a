/**
 * A sequence-to-sequence placer after ColocRL, which is colocrl.ts. An LSTM reads the groups in
 * order. An attentive LSTM writes one device per group, each choice conditioned on the ones before.
 *
 * Source: Mirhoseini et al., "Device Placement Optimization with Reinforcement Learning", ICML
 * 2017. As there:
 * - group features with one-hot neighbours, additive attention, and the previous device's embedding
 *   as decoder input;
 * - logits C x tanh(logits / T);
 * - REINFORCE with a moving-average baseline, Adam, gradient norm clipped at 1.
 *
 * Ours:
 * - width 64, learning rate 0.003, batch 3;
 * - a learned bias of each group and device in the logits, see docs/agents/placers.md;
 * - a learned embedding of the group features before the encoder;
 * - attention after the decoder's step instead of before it, so that all steps of an update are one
 *   matrix product;
 * - with `inputFeeding` the next step sees what was attended to;
 * - the current group's encoding as a further decoder input.
 *
 * The paper's temperature of 10 matters: at 1, runs among two devices often fell into a single one
 * early and stayed there.
 */
import { z } from "zod";
import type { Scenario } from "../../env/model/scenario.ts";
import type { AgentModule } from "../contract.ts";
import { sequenceNetwork } from "../nets/sequence-network.ts";
import { loadTf } from "../tensors/tf.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner } from "../training/learner.ts";
import { oneShotTasks } from "../training/lessons/one-shot-lesson.ts";
import { sequenceFields } from "../training/placer-options.ts";
import { gradientOptions, gradientSpec, tiltedRules } from "../training/policy-gradient-options.ts";

const options = z.object({
  ...gradientOptions,
  ...decodingFields,
  learningRate: z.number().positive().default(0.003).describe("Adam's step size."),
  ...sequenceFields,
});
type Options = z.infer<typeof options>;

/** Where the network is not ColocRL's. */
const OURS = { bidirectional: false, groupInput: true, projected: true, typeEmbedding: 0 };

export const seq2seq: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "seq2seq",
    name: "Seq2seq",
    summary: "LSTM encoder and attentive LSTM decoder that writes one device per group.",
    searchSpace: "device per group",
    paper: "After Mirhoseini et al., Device Placement Optimization, ICML 2017; colocrl is the paper",
    limits:
      "One controller, batch 3, width 64 and learning rate 0.003 instead of 20 controllers and 0.1; the fading random tilt, advantages of unit spread and the bias of each group are ours. Its one-hot neighbours tie it to one graph.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const { options } = context;
    const loaded = await loadTf(context.backend);
    const rng = context.rng.child("weights");
    const networkFor = (first: Scenario) => sequenceNetwork(loaded.tf, first, rng, { ...options, ...OURS });
    const network = await oneShotTasks(loaded.tf, context, networkFor, tiltedRules(options));
    return createLearner(loaded, context, network, gradientSpec(options));
  },
};
