/**
 * HeterPS: a recurrent network reads the layers in order and chooses a resource type for each. It
 * learns by REINFORCE over a moving average, from the cost of the cheapest units for its types.
 *
 * Source: Liu et al., "HeterPS: Distributed Deep Learning with Reinforcement Learning Based
 * Scheduling in Heterogeneous Environments", arXiv 2111.10635. `mode=paper` has what is known of it:
 * - an LSTM with a softmax at each layer, `network=rnn` its own ablation;
 * - a layer's number, kind, input bytes, weight bytes and transfer time as features;
 * - minus the cost as reward, raw advantages over the moving average, ten plans per update.
 * Width, learning rate and the rates of the average are not given there. Here they are 64, 0.01 and
 * 0.9.
 *
 * The default has logarithms of costs as rewards, advantages of unit spread and an entropy bonus
 * that fades. `network=factored` is a row of logits for each layer, the control.
 */
import { z } from "zod";
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Agent, AgentContext, AgentModule } from "../contract.ts";
import { layerFeatures } from "../nets/placers/layer-features.ts";
import { logitTable } from "../nets/placers/logit-table.ts";
import { recurrentNetwork } from "../nets/placers/recurrent-policy.ts";
import { type TypesTasks, typesTasks } from "../problems/provisioning/types-tasks.ts";
import { loadTf } from "../tensors/tf.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner } from "../training/learner.ts";
import { oneShotTasks } from "../training/lessons/one-shot-lesson.ts";
import { gradientOptions, gradientSpec, tiltedRules } from "../training/policy-gradient-options.ts";
import { withPresets } from "../training/presets.ts";
import { exponential } from "../training/schedule.ts";
import { rewardShape } from "../training/scoring.ts";

const fields = {
  ...gradientOptions,
  ...decodingFields,
  network: z
    .enum(["lstm", "rnn", "factored"])
    .default("lstm")
    .describe("LSTM, plain recurrent network, or a row of logits for each layer."),
  hidden: z.int().min(1).default(64).describe("Width of the recurrent network."),
  batch: gradientOptions.batch.default(10),
  learningRate: z.number().positive().default(0.005).describe("Adam's step size."),
  entropy: gradientOptions.entropy.default(0.5),
  entropyDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.985)
    .describe("Factor on the entropy's weight per update."),
  tilt: gradientOptions.tilt.default(0),
  reward: rewardShape.default("log"),
  advantages: z
    .enum(["raw", "batch", "moving"])
    .default("moving")
    .describe("Advantages as they are, or divided by the spread of the batch or of the run."),
  features: z
    .enum(["paper", "compute"])
    .default("paper")
    .describe("The paper's, or with each layer's computing on each type."),
};

const options = withPresets(fields, {
  paper: { learningRate: 0.01, entropy: 0, reward: "linear", advantages: "raw" },
});
type Options = z.infer<typeof options>;

export const heterps: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "heterps",
    systems: ["heterps"],
    name: "HeterPS",
    summary: "A recurrent network gives each layer a type of rented devices, by REINFORCE on the cost.",
    searchSpace: "device type per layer; neighbours of one type are a stage with its cheapest units",
    paper: "Liu et al., HeterPS, arXiv 2111.10635, 2021",
    limits:
      "The paper's equations, width, learning rate and number of plans are not known to us, and its scheduler is not public. " +
      "A type without a unit left becomes the type of the layer before. The default differs in reward, advantages and entropy.",
  },
  traits: { answers: "pipeline", objectives: ["cost"], effort: "endless", random: true, special: true },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const tasks = typesTasks(context.tasks);
    return answeringPipelines(await typesLearner({ ...context, tasks: tasks.views }, tasks), tasks);
  },
};

/** A learner on views of scenarios on their types (problems/provisioning/types-tasks.ts). */
async function typesLearner(context: AgentContext<Options>, { problemOf }: TypesTasks): Promise<Agent> {
  const { options, rng } = context;
  const { network, hidden, features } = options;
  const loaded = await loadTf(context.backend);
  const seen = (view: Scenario) => layerFeatures(view, problemOf(view), { compute: features === "compute" });
  const networkFor = (first: Scenario) =>
    network === "factored"
      ? logitTable(loaded.tf, first)
      : recurrentNetwork(loaded.tf, first, rng.child("weights"), { cell: network, hidden }, seen);
  const policy = await oneShotTasks(loaded.tf, context, networkFor, tiltedRules(options));
  const spec = { ...gradientSpec(options), entropy: exponential(options.entropy, options.entropyDecay) };
  return createLearner(loaded, context, policy, spec);
}

/** The learner, whose plan of types is answered as the pipeline that was scored. */
function answeringPipelines(learner: Agent, { viewOf, pipelineOf }: TypesTasks): Agent {
  return {
    backend: learner.backend,
    train: () => learner.train(),
    act: async (task) => {
      const view = viewOf(task);
      return pipelineOf(view.scenario, (await learner.act(view)) as Placement);
    },
    savePolicy: () => learner.savePolicy(),
    loadPolicy: (saved) => learner.loadPolicy(saved),
    saveRun: () => learner.saveRun(),
    loadRun: (saved) => learner.loadRun(saved),
    dispose: () => learner.dispose(),
  };
}
