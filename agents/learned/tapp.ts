/**
 * TAPP: a partition network sorts layers into groups, an allocation network writes a node for each
 * group, and one reward trains both. The plan is a pipeline.
 *
 * Source: Mao et al., "TAPP: DNN Training for Task Allocation through Pipeline Parallelism Based on
 * Distributed Deep Reinforcement Learning", Applied Sciences 11(11):4785, 2021. `mode=paper` has
 * what we know of it:
 * - a feed-forward softmax over groups for each layer, the likeliest group in answers;
 * - an LSTM encoder and an LSTM decoder with attention, over groups in the order of their layers;
 * - of a group the mean of its layers' names and sizes, and which groups come next;
 * - a policy gradient on both networks at once, from the time of a batch.
 *
 * All else of it is ours, see the card. Groups need not be contiguous, and an accelerator may have
 * several stages; `contiguous` forbids both.
 */
import { z } from "zod";
import { usableDevices } from "../../env/envs/pipeline/settings.ts";
import { InputError } from "../../env/model/errors.ts";
import { type LayerChain, layerChain } from "../../env/model/layers/layer-chain.ts";
import { thinnedCuts } from "../../env/model/layers/thinned-cuts.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { AgentModule, TaskSource } from "../contract.ts";
import { layerGroupFeatures, layerRows } from "../nets/placers/chain-features.ts";
import { layerPartition } from "../nets/placers/layer-partition.ts";
import { lastLayerOf, sequenceWeights } from "../nets/placers/sequence-weights.ts";
import { type PlacerInput, sequencePolicy } from "../nets/sequence-network.ts";
import { createWeights } from "../nets/weights.ts";
import { layerFlows } from "../problems/pipeline/layer-flows.ts";
import { minibatchesOf } from "../problems/pipeline/minibatches.ts";
import { loadTf } from "../tensors/tf.ts";
import type { Tf } from "../tensors/types.ts";
import { advantagesOver } from "../training/advantages.ts";
import { movingAverage } from "../training/baselines/moving-average.ts";
import type { PolicyNetwork } from "../training/contract.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner, type LearnerSpec } from "../training/learner.ts";
import { groupedLayers } from "../training/lessons/grouped-layers.ts";
import { GroupedLesson, type GroupedRollout } from "../training/lessons/grouped-lesson.ts";
import { placerFields } from "../training/placer-options.ts";
import { gradientSpec, tiltedRules } from "../training/policy-gradient-options.ts";
import { withPresets } from "../training/presets.ts";
import { exponential } from "../training/schedule.ts";

/** Groups of a node by default. */
const GROUPS_A_NODE = 4;

const fields = {
  ...placerFields,
  entropy: placerFields.entropy.default(0.1),
  groups: z.int().min(0).default(0).describe("Groups; 0 is 4 for each accelerator."),
  partitionHidden: z.int().min(1).default(64).describe("Width of the partition network's hidden layer."),
  start: z
    .number()
    .min(0)
    .default(8)
    .describe("Head start, in logits, of the groups of a merged chain; 0 begins with random groups."),
  contiguous: z
    .boolean()
    .default(false)
    .describe("Whether groups, and the layers of an accelerator, follow each other."),
  features: z
    .enum(["paper", "sums"])
    .default("sums")
    .describe("The paper's, or with each layer's place and computing, and sums over groups."),
  schedule: z
    .enum(["pipedream", "2bw", "1f1b", "gpipe"])
    .default("pipedream")
    .describe("Schedule of the pipeline."),
  minibatches: z
    .int()
    .min(0)
    .default(0)
    .describe("Minibatches that the batch is divided into; 0 takes one for each accelerator."),
  entropyDecay: z.number().min(0).max(1).default(0.99).describe("Factor on the entropy's weight per update."),
  ...decodingFields,
};
const options = withPresets(fields, {
  paper: {
    learningRate: 0.001,
    batch: 10,
    hidden: 256,
    attention: 256,
    embedding: 256,
    temperature: 100,
    clip: 100,
    groupBias: 0,
    start: 0,
    features: "paper",
    advantages: "raw",
    reward: "seconds",
    entropy: 0.01,
    tilt: 0,
  },
});
type Options = z.infer<typeof options>;

export const tapp: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "tapp",
    systems: ["tapp"],
    name: "TAPP",
    summary:
      "A learned partition sorts layers into groups, an attentive LSTM gives each group a node of a pipeline.",
    searchSpace: "group per layer, accelerator per group",
    paper: "Mao et al., TAPP, Applied Sciences 11(11):4785, 2021",
    limits:
      "Ours in mode=paper, since the paper was not at hand: samples in training, reward -sqrt(seconds) and -10 for a plan that does not fit, an average of 0.9, Adam at 0.001, clipping at 1, entropy of 0.01 that fades by 0.99, widths 64 and 256, 4 groups a node, 10 plans an update, random word vectors. One process measures. The default has sums and places of layers, a start of equal groups, width 64, learning rate 0.003, 3 plans an update, entropy of 0.1, costs over the bound, advantages of unit spread, a fading tilt and a bias of each group. The policy is tied to as many accelerators. Stages have no replicas.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "endless",
    random: true,
    asynchronous: true,
    special: true,
  },
  options,
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const { options, tasks } = context;
    const loaded = await loadTf(context.backend);
    const network = await twoStages(loaded.tf, tasks, context.rng, options);
    return createLearner(loaded, context, network, specOf(options));
  },
};

interface Nodes {
  readonly chain: LayerChain;
  readonly devices: readonly number[];
}

/** The chain of a scenario and the accelerators that can run all of it. */
function nodesOf(scenario: Scenario): Nodes {
  const chain = layerChain(scenario);
  if (typeof chain === "string") throw new InputError(`TAPP on "${scenario.name}": ${chain}`);
  const devices = usableDevices(chain);
  if (devices.length > 0) return { chain, devices };
  throw new InputError(`TAPP on "${scenario.name}": no accelerator can run every layer.`);
}

async function twoStages(
  tf: Tf,
  tasks: TaskSource,
  rng: Rng,
  options: Options,
): Promise<PolicyNetwork<GroupedRollout>> {
  const first = nodesOf((await tasks.task(tasks.names[0])).scenario);
  const nodes = first.devices.length;
  const groups = options.groups === 0 ? GROUPS_A_NODE * nodes : options.groups;
  const rowsOf = ({ chain, devices }: Nodes) =>
    layerRows(chain, layerFlows(chain), devices, options.features);
  const rows = rowsOf(first);
  const weights = createWeights(tf);
  const from = rng.child("weights");
  const partition = layerPartition(
    tf,
    weights,
    { columns: rows.columns, hidden: options.partitionHidden, groups },
    from,
  );
  const size = { ...options, bidirectional: false, groupInput: false, projected: false, typeEmbedding: 0 };
  // Some rows for each group, so that the bias of each has its place.
  const seen = layerGroupFeatures(rows, new Int32Array(rows.count), groups);
  const everyGroup = { ...seen, values: new Float32Array(groups * seen.columns) };
  const declared = sequenceWeights(weights, everyGroup, nodes, size, from);
  const rules = { ...tiltedRules(options), groups, grouping: "learned", freezePlacer: null } as const;
  return {
    weights,
    lastLayer: lastLayerOf(declared),
    fits: `${groups} groups on ${nodes} accelerators`,
    open(task) {
      const own = nodesOf(task.scenario);
      if (own.devices.length !== nodes)
        throw new InputError(
          `The policy is for ${nodes} accelerators; "${task.scenario.name}" has ${own.devices.length}.`,
        );
      const rows = rowsOf(own);
      const world = groupedLayers({
        ...own,
        rows,
        groups,
        contiguous: options.contiguous,
        microBatches: minibatchesOf(own, options.minibatches),
        schedule: { name: options.schedule },
      });
      const start =
        options.start === 0 ? undefined : { group: thinnedCuts(own.chain, groups), logits: options.start };
      const parts = {
        world,
        grouper: partition(rows, start),
        placerOn: (input: PlacerInput) => sequencePolicy(tf, declared, size, input),
      };
      return new GroupedLesson(tf, task, parts, rules, rng.child(`groups of ${task.name}`));
    },
  };
}

/** The average begins with the first batch, not with the failing signal as HDP's does. */
const specOf = (options: Options): LearnerSpec<GroupedRollout> => ({
  ...gradientSpec(options),
  advantages: () =>
    advantagesOver({
      baseline: movingAverage(options.baselineDecay),
      shape: options.advantages,
      decay: options.baselineDecay,
    }),
  entropy: exponential(options.entropy, options.entropyDecay),
});
