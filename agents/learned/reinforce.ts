/**
 * REINFORCE with a factored policy: one row of logits per group, nothing that looks at the graph.
 * It is the plainest learner, and every larger network has to beat it.
 *
 * Source: Williams, "Simple Statistical Gradient-Following Algorithms", Machine Learning 1992; for
 * device placement it is ColocRL (Mirhoseini et al., ICML 2017) without the network. Ours: a bias
 * for each device, shared by all groups. It learns "nothing on the CPU" or "all on device 2" from a
 * few batches.
 */
import { z } from "zod";
import type { Scenario } from "../../env/model/scenario.ts";
import type { AgentModule } from "../contract.ts";
import { logitTable } from "../nets/placers/logit-table.ts";
import { loadTf } from "../tensors/tf.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner } from "../training/learner.ts";
import { oneShotTasks } from "../training/lessons/one-shot-lesson.ts";
import { gradientOptions, gradientSpec, tiltedRules } from "../training/policy-gradient-options.ts";

const options = z.object({
  ...gradientOptions,
  ...decodingFields,
  learningRate: z.number().positive().default(0.1).describe("Adam's step size."),
});
type Options = z.infer<typeof options>;

export const reinforce: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "reinforce",
    name: "REINFORCE",
    summary: "Policy gradient on one row of device logits per group.",
    searchSpace: "device per group",
    paper: "Williams, Machine Learning 1992; placement form after Mirhoseini et al., ICML 2017",
    limits:
      "Learns one scenario and nothing that transfers. The shared device bias, the fading random tilt and advantages of unit spread are ours.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const { options } = context;
    const loaded = await loadTf(context.backend);
    const networkFor = (first: Scenario) => logitTable(loaded.tf, first);
    const network = await oneShotTasks(loaded.tf, context, networkFor, tiltedRules(options));
    return createLearner(loaded, context, network, gradientSpec(options));
  },
};
