/**
 * HDP, the hierarchical model. A grouper sorts ops into groups, a placer writes a device for each
 * group, and one reward trains both.
 *
 * Source: Mirhoseini et al., "A Hierarchical Model for Device Placement", ICLR 2018. `mode=paper`
 * has:
 * - a feed-forward grouper of 64 hidden units, over embedded types, output sizes and numbers of
 *   neighbours, into 256 groups;
 * - a bi-LSTM encoder and an LSTM decoder with additive attention;
 * - Adam at 0.1, gradient norm clipped at 1, a moving average of the reward as baseline;
 * - noise of up to 0.1 on the logits and all plans for 500 updates, then only plans that fit.
 *
 * `mode=code` is the controller published later:
 * - 20 groups a device, no relu in the grouper, the type as a bare number;
 * - normal noise of half the logits' size until update 750;
 * - rates that fall by 5% every 50 updates after update 400;
 * - a placer that is frozen after update 500, which the metric `placerFrozen` shows.
 * Two faults of its features are not repeated, see grouper-features.ts.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { AgentModule, TaskSource } from "../contract.ts";
import { type Grouper, grouper } from "../nets/placers/grouper.ts";
import { sampledGroupFeatures, unitsOf } from "../nets/placers/grouper-features.ts";
import { coarsenedStart } from "../nets/placers/grouping-start.ts";
import { lastLayerOf, sequenceWeights } from "../nets/placers/sequence-weights.ts";
import { sequencePolicy } from "../nets/sequence-network.ts";
import { createWeights } from "../nets/weights.ts";
import { loadTf } from "../tensors/tf.ts";
import type { Tf } from "../tensors/types.ts";
import type { PolicyNetwork } from "../training/contract.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner, type LearnerSpec } from "../training/learner.ts";
import { GroupedLesson, type GroupedRollout, type GroupedRules } from "../training/lessons/grouped-lesson.ts";
import { groupedOps } from "../training/lessons/grouped-ops.ts";
import { placerFields } from "../training/placer-options.ts";
import { gradientSpec, tiltedRules } from "../training/policy-gradient-options.ts";
import { withPresets } from "../training/presets.ts";
import { constant, exponential } from "../training/schedule.ts";

const fields = {
  ...placerFields,
  groups: z.int().min(0).default(0).describe("Groups; 0 is 20 for each device, at most 256."),
  grouperHidden: z.int().min(1).default(64).describe("Width of the grouper's hidden layer."),
  start: z
    .number()
    .min(0)
    .default(8)
    .describe("Head start, in logits, of the groups of a coarsening; 0 begins with random groups."),
  grouping: z
    .enum(["learned", "random"])
    .default("learned")
    .describe("Whether groups are learned, or drawn once for comparison."),
  ...decodingFields,
};
const published = {
  learningRate: 0.1,
  hidden: 512,
  attention: 512,
  embedding: 512,
  groupBias: 0,
  start: 0,
  advantages: "raw",
  reward: "seconds",
  tilt: 0,
};
const options = withPresets(fields, {
  paper: { ...published, batch: 10, groups: 256, lateFilter: 500 },
  code: { ...published, batch: 1, lateFilter: 1000, temperature: 1, clip: 1 },
});
type Options = z.infer<typeof options>;

export const hdp: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "hdp",
    systems: ["hdp"],
    name: "HDP",
    summary: "A learned grouper sorts ops into groups, an attentive LSTM places the groups.",
    searchSpace: "group per op, device per group",
    paper: "Mirhoseini et al., A Hierarchical Model for Device Placement, ICLR 2018",
    limits:
      "mode=paper: one controller of batch 10 for several; outputs as bytes, not shapes; neighbours' numbers over the number of ops; ops of a co-location class stay together. mode=code: without two faults of its features. The default has 20 groups a device, width 64, learning rate 0.003, batch 3, costs over the bound, advantages of unit spread, a fading random tilt, a learned bias of each group in the logits, and a grouper that begins with a coarsening. The policy is tied to graphs with as many op types.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const { options, tasks } = context;
    const loaded = await loadTf(context.backend);
    const network = await hierarchy(loaded.tf, tasks, context.rng, options);
    return createLearner(loaded, context, network, specOf(options));
  },
};

async function hierarchy(
  tf: Tf,
  tasks: TaskSource,
  rng: Rng,
  options: Options,
): Promise<PolicyNetwork<GroupedRollout>> {
  const { scenario } = await tasks.task(tasks.names[0]);
  const devices = scenario.cluster.devices.length;
  const groups = options.groups === 0 ? Math.min(256, 20 * devices) : options.groups;
  const variant = options.mode === "code" ? "code" : "paper";
  const units = unitsOf(scenario);
  const weights = createWeights(tf);
  const from = rng.child("weights");
  const grouperSize = { variant, hidden: options.grouperHidden, groups, typeEmbedding: 20 } as const;
  const sorter: Grouper = grouper(tf, weights, units, grouperSize, from);
  const size = { ...options, bidirectional: true, groupInput: false, projected: false, typeEmbedding: 0 };
  const seen = sampledGroupFeatures(units, new Int32Array(units.count), groups, variant);
  const declared = sequenceWeights(weights, seen, devices, size, from);
  const rules = rulesOf(options, groups);
  const fits = `${units.typeCount} op types on ${devices} devices`;
  return {
    weights,
    lastLayer: lastLayerOf(declared),
    fits,
    open(task) {
      const found = unitsOf(task.scenario);
      const own = `${found.typeCount} op types on ${task.scenario.cluster.devices.length} devices`;
      if (own !== fits)
        throw new InputError(`The policy is for ${fits}; "${task.scenario.name}" has ${own}.`);
      const start =
        options.start === 0
          ? undefined
          : { group: coarsenedStart(task.scenario.graph, found, groups), logits: options.start };
      const parts = {
        world: groupedOps(task.scenario, found, { groups, variant }),
        grouper: sorter.on(found, start),
        placerOn: (input: Parameters<typeof sequencePolicy>[3]) => sequencePolicy(tf, declared, size, input),
      };
      return new GroupedLesson(tf, task, parts, rules, rng.child(`groups of ${task.name}`));
    },
  };
}

function rulesOf(options: Options, groups: number): GroupedRules {
  const isCode = options.mode === "code";
  return {
    ...tiltedRules(options),
    groups,
    grouping: options.grouping,
    freezePlacer: isCode ? 500 : null,
    noise: noiseOf(options.mode),
  };
}

const noiseOf = (mode: string): GroupedRules["noise"] => {
  if (mode === "paper")
    return (update) => (update < 500 ? { kind: "uniform", amplitude: 0.1, relative: false } : null);
  if (mode === "code")
    return (update) => (update < 750 ? { kind: "normal", amplitude: 0.5, relative: true } : null);
  return undefined;
};

const specOf = (options: Options): LearnerSpec<GroupedRollout> => ({
  ...gradientSpec(options),
  learningRate:
    options.mode === "code"
      ? exponential(options.learningRate, 0.95, 50, 400)
      : constant(options.learningRate),
});
