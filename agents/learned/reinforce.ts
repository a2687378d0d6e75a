/**
 * REINFORCE with a factored policy: one row of logits per group, nothing that looks at the graph.
 * The plainest learner, and the one that every larger network has to beat.
 *
 * Source: Williams, "Simple Statistical Gradient-Following Algorithms", Machine Learning 1992; for
 * device placement it is ColocRL (Mirhoseini et al., ICML 2017) without the network. Ours: a bias
 * per device shared by all groups, which learns "nothing on the CPU" or "all on device 2" from a
 * few batches.
 */
import { z } from "zod";
import { allowedDevices } from "../../env/model/scenario.ts";
import type { AgentModule } from "../contract.ts";
import { argmaxRows, maskBias, sampleRows } from "../nets/categorical.ts";
import { createWeights } from "../nets/weights.ts";
import { loadTf } from "../tensors/tf.ts";
import { learnerOptions, type OneShotPolicy, oneShotLearner } from "../training/one-shot-learner.ts";

const options = z.object({
  ...learnerOptions,
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
  actEvaluations: () => 1,
  async create(context) {
    const loaded = await loadTf(context.backend);
    const { tf } = loaded;
    const groups = context.scenario.grouping.groupCount;
    const devices = context.scenario.cluster.devices.length;
    const weights = createWeights(tf);
    const table = weights.zeros("logits", [groups, devices]);
    const bias = weights.zeros("device bias", [devices]);
    const mask = tf.tensor(maskBias(allowedDevices(context.scenario)), [groups, devices]);

    const logits = () => tf.add(tf.add(table, bias), mask);
    const tilted = (tilts: Float32Array) =>
      tf.add(tf.expandDims(logits(), 0), tf.tensor(tilts, [tilts.length / devices, 1, devices]));

    const policy: OneShotPolicy = {
      weights,
      sample(tilts, rng) {
        const probabilities = tf.softmax(tilted(tilts)).dataSync() as Float32Array;
        const actions = sampleRows(probabilities, devices, rng);
        const batch = tilts.length / devices;
        return Array.from({ length: batch }, (_, b) => actions.subarray(b * groups, (b + 1) * groups));
      },
      logProbabilities: (_, tilts) => tf.logSoftmax(tilted(tilts)),
      greedy: () => argmaxRows(logits().dataSync() as Float32Array, devices),
      dispose: () => mask.dispose(),
    };
    return oneShotLearner(loaded, context, policy);
  },
};
