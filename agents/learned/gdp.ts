/**
 * GDP: one policy that embeds any graph and places all its nodes at once.
 *
 * Source: Zhou et al., "GDP: Generalized Device Placement for Dataflow Graphs", 2019. As there:
 * - GraphSAGE with a sigmoid before an element-wise maximum over neighbours;
 * - a segment-recurrent Transformer without positions as placer;
 * - superposition of the graph on the input of each layer;
 * - PPO, end to end, over several graphs;
 * - reward -sqrt(step time), -10 for a plan that does not fit, less the mean of earlier rewards.
 *
 * The paper names few numbers. In `mode=paper` these are ours:
 * - width 128, 3 rounds, 2 layers of 4 heads, segments of 128 nodes;
 * - 16 placements and 4 epochs an update, clip 0.2, Adam at 0.0003;
 * - the mean over a graph's nodes, each with a ratio of its own.
 *
 * The defaults depart from that by measurement; docs/agents/gdp.md has the figures. On one graph
 * they learn again from the best placement so far, as in self-imitation learning (Oh et al., ICML
 * 2018). A table of logits by group is then added to the placer's.
 */
import { z } from "zod";
import { colocationGrouping } from "../../env/model/coarsen/grouping.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { AgentContext, AgentModule, Task } from "../contract.ts";
import { featureCount, featureSets } from "../nets/gdp/node-features.ts";
import { createPlacer } from "../nets/gdp/placer.ts";
import { placerPolicy } from "../nets/gdp/placer-policy.ts";
import { createWeights } from "../nets/weights.ts";
import { feasibleStart } from "../problems/feasible-start.ts";
import { orderBlocks } from "../search/lines/order-blocks.ts";
import { loadTf } from "../tensors/tf.ts";
import type { Tf } from "../tensors/types.ts";
import { advantagesOver } from "../training/advantages.ts";
import { ppo } from "../training/algorithms/ppo.ts";
import { movingAverage } from "../training/baselines/moving-average.ts";
import { runningMean } from "../training/baselines/running-mean.ts";
import type { PolicyNetwork } from "../training/contract.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner, type LearnerSpec } from "../training/learner.ts";
import { imitationOver, shareOfBudget } from "../training/lessons/imitation-settings.ts";
import { type OneShotRollout, oneShotLesson } from "../training/lessons/one-shot-lesson.ts";
import { withPresets } from "../training/presets.ts";
import { constant, exponential } from "../training/schedule.ts";
import { rewardOn } from "../training/scoring.ts";

const fields = {
  units: z
    .enum(["groups", "ops"])
    .default("groups")
    .describe("What is placed: the scenario's groups, or ops, those that must stay together as one."),
  batch: z.int().min(1).default(4).describe("Placements sampled of each graph in an update."),
  tasksPerUpdate: z.int().min(0).default(0).describe("Graphs in an update. 0: 4 where it imitates, else 1."),
  learningRate: z
    .number()
    .min(0)
    .default(0)
    .describe("Adam's step size. 0: 0.01 where it imitates, else 0.001."),
  epochs: z.int().min(1).default(1).describe("Passes of PPO over an update's placements."),
  clip: z
    .number()
    .positive()
    .default(0.4)
    .describe("How far PPO lets a node's probability ratio move from 1."),
  entropy: z.number().min(0).default(0.1).describe("Weight of the policy's mean entropy."),
  clipNorm: z
    .number()
    .positive()
    .default(1)
    .describe("Largest norm of a gradient; larger ones are scaled down."),
  baseline: z
    .enum(["moving", "running"])
    .default("moving")
    .describe("Mean of a graph's earlier rewards: of all of them (running), or with a decay of 0.9."),
  advantages: z
    .enum(["moving", "raw"])
    .default("moving")
    .describe("Rewards less the baseline as they are (raw), or over their moving spread."),
  reward: z
    .enum(["sqrt", "linear", "log", "seconds"])
    .default("sqrt")
    .describe(
      "Minus the root of the step in seconds, -10 where it does not fit (seconds), or minus the root, value or logarithm of cost over bound.",
    ),
  feasibleBias: z
    .number()
    .min(0)
    .default(3)
    .describe("Where memory is tight, what the logits of a first placement that fits get more."),
  tilt: z
    .number()
    .min(0)
    .default(2)
    .describe(
      "Where one graph is trained on, standard deviation of the first update's random tilt, in logits.",
    ),
  tiltDecay: z.number().min(0).max(1).default(0.9).describe("Factor on the tilt per update."),
  groupBias: z
    .number()
    .min(0)
    .default(100)
    .describe("Where one graph is trained on, factor on a learned bias of each group and device; 0 is none."),
  openings: z
    .boolean()
    .default(true)
    .describe("Where one graph is trained on, whether each of the first updates has a plan of blocks in it."),
  replay: z
    .boolean()
    .default(true)
    .describe(
      "Where one graph is trained on, whether an update learns again from the best placement so far.",
    ),
  features: z
    .enum(featureSets)
    .default("wide")
    .describe("Type, output bytes and run time of a node (plain); wide adds weights, position and share."),
  width: z.int().min(1).default(64).describe("Width of embedding and placer; a multiple of the heads."),
  rounds: z.int().min(1).default(1).describe("Rounds of the graph embedding."),
  layers: z.int().min(1).default(1).describe("Layers of the Transformer."),
  heads: z.int().min(1).default(4).describe("Heads of its attention."),
  segment: z.int().min(1).default(128).describe("Nodes of a segment, which attend to it and the one before."),
  devices: z.int().min(1).default(32).describe("Largest number of devices that the weights have a row for."),
  nodeNorm: z
    .boolean()
    .default(true)
    .describe("Whether the last states get mean 0 and spread 1 over the nodes of the graph."),
  superposition: z.boolean().default(true).describe("Whether the graph's embedding conditions the placer."),
  imitation: z
    .int()
    .min(-1)
    .default(-1)
    .describe(
      "Updates at the beginning that imitate what a search makes of the policy's own plan. -1: all of them where several scenarios are trained on, none where one.",
    ),
  expert: z
    .int()
    .min(0)
    .default(0)
    .describe("Simulations of that search on a graph, by annealing. 0: a 200th of the budget, 10 to 300."),
  ...decodingFields,
};
type Options = z.infer<z.ZodObject<typeof fields>> & { readonly mode: string };

const paper: Partial<Options> = {
  units: "ops",
  batch: 16,
  learningRate: 0.0003,
  epochs: 4,
  clip: 0.2,
  entropy: 0,
  tilt: 0,
  groupBias: 0,
  openings: false,
  replay: false,
  baseline: "running",
  advantages: "raw",
  reward: "seconds",
  features: "plain",
  nodeNorm: false,
  width: 128,
  rounds: 3,
  layers: 2,
  imitation: 0,
};

export const gdp: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "gdp",
    systems: ["gdp"],
    name: "GDP",
    summary: "Graph embedding and segment-recurrent Transformer that place all nodes of any graph at once.",
    searchSpace: "device per group or op",
    paper: "Zhou et al., GDP: Generalized Device Placement for Dataflow Graphs, 2019",
    limits:
      "The paper names few numbers: widths, rounds, layers, segment, rate, batch, clip and epochs of mode=paper are ours, as are features, relu and a ratio of PPO for each node. Ops of a co-location class are one node. A fixed column for each device: devices are told apart by number, not by speed. By default groups are placed, with one round and one layer of width 64, 4 placements an update, Adam at 0.001, one epoch, an entropy bonus, costs over the bound, a moving baseline and advantages of unit spread. On one graph come a learned bias of each group, random tilts that fade, plans of blocks in the first updates, and the best placement so far, learned from again. At 1,000 simulations it is near hill climbing and behind it on two of three graphs. On several graphs the default imitates annealing from its own plans, which is ours, and does not learn from rewards; imitation=0 has it learn from them.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options: withPresets(fields, { paper }),
  actEvaluations: (_, options) => answerSimulations(options, 1),
  async create(context) {
    const loaded = await loadTf(context.backend);
    const options = settled(context);
    const network = gdpNetwork(loaded.tf, options, context);
    return createLearner(loaded, context, network, learnerSpec(options));
  },
};

/** Options with what follows from the number of tasks. */
function settled({ options, tasks }: AgentContext<Options>): Options {
  const imitation = imitationOver(tasks, options.imitation);
  const [tasksPerUpdate, learningRate] = imitation > 0 ? [4, 0.01] : [1, 0.001];
  return {
    ...options,
    imitation,
    tasksPerUpdate: options.tasksPerUpdate || tasksPerUpdate,
    learningRate: options.learningRate || learningRate,
  };
}

function gdpNetwork(
  tf: Tf,
  options: Options,
  { rng, tasks }: Pick<AgentContext<Options>, "rng" | "tasks">,
): PolicyNetwork<OneShotRollout> {
  const { width, heads, devices, reward, features } = options;
  if (width % heads !== 0)
    throw new InputError(`The width is ${width} and the heads are ${heads}; give a width that they divide.`);
  const weights = createWeights(tf);
  const placer = createPlacer(
    tf,
    weights,
    { ...options, columns: featureCount(features) },
    rng.child("weights"),
  );
  const isAlone = tasks.names.length === 1;
  const groupBias = isAlone ? options.groupBias : 0;
  return {
    weights,
    lastLayer: placer.lastLayer,
    open(task) {
      const { cluster, name } = task.scenario;
      if (cluster.devices.length > devices)
        throw new InputError(
          `"${name}" has ${cluster.devices.length} devices and the policy at most ${devices}; train one with devices=${cluster.devices.length}.`,
        );
      const placed: Task = { ...task, scenario: inUnits(task.scenario, options.units) };
      const device = options.feasibleBias === 0 ? null : feasibleStart(placed.scenario);
      const start = device === null ? null : { device, bias: options.feasibleBias };
      const policy = placerPolicy(tf, placer, placed.scenario, { features, start, groupBias });
      return oneShotLesson(tf, placed, policy, {
        rewardOn: (evaluator) => rewardOn(evaluator, reward),
        tilt: isAlone ? exponential(options.tilt, options.tiltDecay) : constant(0),
        openings: isAlone && options.openings ? orderBlocks(placed.scenario) : [],
        replaysBest: isAlone && options.replay,
        expert: options.expert || shareOfBudget(task.evaluator.budget, EXPERT),
      });
    },
  };
}

/** The expert's share of the budget, and its limits. */
const EXPERT = { share: 1 / 200, least: 10, most: 300 };

const inUnits = (scenario: Scenario, units: Options["units"]): Scenario =>
  units === "groups" ? scenario : { ...scenario, grouping: colocationGrouping(scenario.graph) };

const learnerSpec = (options: Options): LearnerSpec<OneShotRollout> => ({
  batch: options.batch,
  tasksPerUpdate: options.tasksPerUpdate,
  decoding: options,
  algorithm: ppo({ epochs: options.epochs, clip: constant(options.clip) }),
  advantages: () =>
    advantagesOver({
      baseline: options.baseline === "running" ? runningMean() : movingAverage(0.9),
      shape: options.advantages,
    }),
  learningRate: constant(options.learningRate),
  entropy: constant(options.entropy),
  clipNorm: options.clipNorm,
  imitation: options.imitation,
  // A graph counts by the mean of its nodes' log-probabilities, not their sum.
  weightOf: ({ groupDevice }) => 1 / groupDevice.length,
});
