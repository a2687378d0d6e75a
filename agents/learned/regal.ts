/**
 * REGAL: a network looks at a graph once and says, for each node, what BRKGA draws and inherits its
 * keys by. The search then runs with a fixed budget. So it learns to search, on graphs that it
 * sees, for graphs that it has never seen.
 *
 * Source: Paliwal, Gimeno, Nair, Li, Lubin, Kohli, Vinyals: "Reinforced Genetic Algorithm Learning
 * for Optimizing Computation Graphs", ICLR 2020. As there, under `mode=paper`:
 * - mean and variance of a Beta distribution and an elite bias for each key, 16 bins each, all
 *   independent given the graph;
 * - a graph network with node and edge features, sums at the nodes, and a second one as baseline;
 * - REINFORCE with Adam on the improvement over plain BRKGA of the same budget;
 * - runs of 1,000 evaluations in training and of 5,000 for a plan.
 *
 * Not published, and ours in every mode: the sizes of generations, the values of the bins and the
 * features. So are width 64, 3 rounds, four seeds for each reward, the batch and the learning rate.
 * Keys for transfers are missing; transfers go first come, first served. A node is a group; the ops
 * of a group share the settings of their priority keys.
 *
 * `mode=tuned` differs in what docs/agents/regal.md lists with its effect.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import type { AgentContext, AgentModule, Task } from "../contract.ts";
import { populationFields } from "../search/keys/population-options.ts";
import { loadTf } from "../tensors/tf.ts";
import type { Tf } from "../tensors/types.ts";
import { advantagesOver } from "../training/advantages.ts";
import { reinforceAlgorithm } from "../training/algorithms/reinforce.ts";
import { batchMean } from "../training/baselines/batch-mean.ts";
import { critic } from "../training/baselines/critic.ts";
import type { PolicyNetwork } from "../training/contract.ts";
import { createLearner, type LearnerSpec } from "../training/learner.ts";
import { imitationOver, shareOfBudget } from "../training/lessons/imitation-settings.ts";
import { withPresets } from "../training/presets.ts";
import { constant, exponential } from "../training/schedule.ts";
import { RegalLesson, type RegalRollout, type RegalRules } from "./regal/lesson.ts";
import { heads, learnedSettings, type RegalNetwork, regalNetwork } from "./regal/network.ts";

/** Plans of a run in training and rollouts of an update where `budget` and `batch` are 0. */
const ALONE = { plans: 4, batch: 4 };
const SEVERAL = { plans: 400, batch: 8 };
/** Which objectives have priority keys. */
const orders = ["auto", "keys", "none"] as const;
/** The share of the expert in the budget, and its limits. */
const EXPERT = { share: 1 / 600, least: 20, most: 300 };
/** Of a budget that an untouched policy answers with; the rest improves on the run's plan. */
const RUN_SHARE = 0.1;
/** Simulations of the run for the policy's own plan where `budget` and `actBudget` are 0. */
const OWN_RUN = 400;

const fields = {
  budget: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Simulations of one run of BRKGA in training; two for each plan where it has an order. 0: for 400 plans where several scenarios are trained on, 4 where one.",
    ),
  actBudget: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Simulations of the run for the policy's own plan. 0: those of `budget` after training, 400 where that is 0. Without training all that is left, or a tenth where the rest improves on it.",
    ),
  runs: z.int().min(1).default(1).describe("Runs that the reward of a rollout is the mean of."),
  seeds: z
    .int()
    .min(1)
    .default(4)
    .describe("Seeds of these runs, the same for plain BRKGA; at least `runs`."),
  batch: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Rollouts on each graph of an update. 0: 8 where several scenarios are trained on, 4 where one.",
    ),
  graphs: z.int().min(0).default(0).describe("Graphs of an update. 0: 4 where it imitates, else 3."),
  learningRate: z.number().positive().default(0.01).describe("Adam's step size."),
  clipNorm: z.number().positive().default(1).describe("Largest norm of a gradient; larger ones are scaled."),
  entropy: z.number().min(0).default(0).describe("Weight of the mean entropy of a decision."),
  baseline: z
    .enum(["batch", "critic"])
    .default("batch")
    .describe("What a reward is compared with: the batch's others on the graph, or a second net."),
  valueWeight: z.number().positive().default(1).describe("Weight of the second net's squared error."),
  advantage: z
    .enum(["raw", "batch"])
    .default("batch")
    .describe("Advantages as they are, or with mean 0 and spread 1 among a graph's rollouts."),
  head: z
    .enum(heads)
    .default("ordinal")
    .describe("A centre of the bins for each setting, or a free logit for each bin."),
  settings: z
    .enum(learnedSettings)
    .default("all")
    .describe("What the ordinal head moves: all settings, or means alone and the rest as in plain BRKGA."),
  spread: z.number().positive().default(2).describe("Spread of the ordinal head about its centre, in bins."),
  tilt: z
    .number()
    .min(0)
    .default(1)
    .describe("Standard deviation of the tilt of the ordinal head's linear terms, in bins."),
  tiltDecay: z.number().min(0).max(1).default(1).describe("Factor on the tilt per update."),
  width: z.int().min(1).default(32).describe("Width of node vectors and messages."),
  rounds: z.int().min(0).default(2).describe("Rounds of message passing."),
  together: z.enum(["mean", "sum"]).default("mean").describe("How messages come together at a node."),
  replay: z
    .boolean()
    .default(true)
    .describe(
      "Where one scenario is trained on, whether groups have settings of their own and updates learn again from the best run, without a tilt.",
    ),
  order: z
    .enum(orders)
    .default("auto")
    .describe(
      "Priority keys of ops (`keys`), or first come, first served (`none`). `auto`: keys where the objective is in bytes.",
    ),
  imitation: z
    .int()
    .min(-1)
    .default(-1)
    .describe(
      "Updates at the beginning that imitate what a search makes of the policy's own devices. -1: all on several scenarios without priority keys, else none.",
    ),
  expert: z
    .int()
    .min(0)
    .default(0)
    .describe("Simulations of that search on a graph, by annealing. 0: a 600th of the budget, 20 to 300."),
  ...populationFields,
};

const options = withPresets(fields, {
  paper: {
    budget: 2000,
    actBudget: 10_000,
    runs: 4,
    batch: 1,
    graphs: 8,
    learningRate: 1e-4,
    clipNorm: 10,
    baseline: "critic",
    advantage: "raw",
    head: "free",
    replay: false,
    tilt: 0,
    width: 64,
    rounds: 3,
    together: "sum",
    order: "keys",
    imitation: 0,
  },
});
type Options = z.infer<typeof options>;

export const regal: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "regal",
    systems: ["regal"],
    name: "REGAL",
    summary: "Graph network that gives each node the distributions that BRKGA draws its keys from.",
    searchSpace: "device per group, and an order of ops on each device",
    paper:
      "Paliwal, Gimeno, Nair, Li, Lubin, Kohli, Vinyals: Reinforced Genetic Algorithm Learning for Optimizing Computation Graphs. ICLR 2020",
    limits:
      "mode=paper is the published method but for keys of transfers, which are missing. Unpublished and ours: generation sizes, values of the bins, features, width, rounds, batch, learning rate. Tuned: an ordinal head centred on plain BRKGA, means for sums, the batch as baseline with advantages of unit spread, runs of 400 evaluations and one seed a rollout, Adam at 0.01. On one scenario, runs of 4 evaluations, offsets of each group, and updates that learn again from settings that spell the best plan so far. Its weights fit one number of devices. Trained for minutes with runs of 1,000 evaluations, it helps runs of that length and not yet those of 5,000. Priority keys are used where the objective is in bytes; else ops run first come, first served. Without these keys two things are not the paper's: imitation of annealing from its own devices where several scenarios are trained on, and an answer of which nine tenths improve on the plan of BRKGA.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: (_, options) => actSimulations(options),
  async create(context) {
    const first = await context.tasks.task(context.tasks.names[0]);
    const settings = settled(context, first.scenario);
    const loaded = await loadTf(context.backend);
    const network = networkOf(loaded.tf, context, settings, first.scenario);
    return createLearner(loaded, context, network, specOf(loaded.tf, context.options, settings));
  },
};

/** What follows from the objective and the number of tasks where the options leave it open. */
interface Settings {
  readonly isAlone: boolean;
  readonly isOrdered: boolean;
  /** Whether an answer goes on from the plan of BRKGA. */
  readonly improves: boolean;
  readonly imitation: number;
  readonly budget: number;
  readonly batch: number;
  readonly graphs: number;
}

function settled({ options, tasks }: AgentContext<Options>, scenario: Scenario): Settings {
  const isAlone = tasks.names.length === 1;
  const { keepsOrder, unit } = objectiveOf(scenario);
  const isOrdered = keepsOrder && (options.order === "auto" ? unit === "bytes" : options.order === "keys");
  const imitation = isOrdered && options.imitation === -1 ? 0 : imitationOver(tasks, options.imitation);
  const { plans, batch } = isAlone ? ALONE : SEVERAL;
  return {
    isAlone,
    isOrdered,
    improves: !isOrdered && options.order !== "keys",
    imitation,
    budget: options.budget || plans * (isOrdered ? 2 : 1),
    batch: options.batch || batch,
    graphs: options.graphs || (imitation > 0 ? 4 : 3),
  };
}

/** Weights for the number of devices of the tasks, which must be the same for all. */
function networkOf(
  tf: Tf,
  { rng, options }: AgentContext<Options>,
  settings: Settings,
  { cluster }: Scenario,
): PolicyNetwork<RegalRollout> {
  const devices = cluster.devices.length;
  const size = { ...options, devices, critic: options.baseline === "critic" };
  const network = regalNetwork(tf, size, rng.child("weights"));
  const { weights, lastLayer } = network;
  const rules = rulesOf(options, settings);
  return {
    weights,
    lastLayer,
    fits: `${devices} devices`,
    open: (task) => openLesson(tf, task, network, devices, rules),
  };
}

function openLesson(
  tf: Tf,
  task: Task,
  network: RegalNetwork,
  devices: number,
  rules: RegalRules,
): RegalLesson {
  const { name, cluster } = task.scenario;
  if (cluster.devices.length !== devices)
    throw new InputError(
      `The policy is for ${devices} devices and fits no other number; "${name}" has ${cluster.devices.length}.`,
    );
  return new RegalLesson(tf, task, network, rules);
}

const actSimulations = ({ budget, actBudget }: Options): number => actBudget || budget || OWN_RUN;

function rulesOf(options: Options, settings: Settings): RegalRules {
  const { isAlone, isOrdered, improves, budget } = settings;
  const { runs, seeds, actBudget, tilt, tiltDecay } = options;
  if (budget === 1 && isOrdered)
    throw new InputError('Option "budget" is 1, expected 0 or at least the 2 of one ordered plan.');
  if (options.expert === 1)
    throw new InputError('Option "expert" is 1, expected 0 or at least the 2 of a start and a change.');
  if (seeds < runs)
    throw new InputError(`Option "seeds" is ${seeds}, expected at least the ${runs} of "runs".`);
  const replays = isAlone && options.head === "ordinal" && options.replay;
  return {
    ...options,
    expert: ({ evaluator: { budget } }) => options.expert || shareOfBudget(budget, EXPERT),
    order: isOrdered,
    improves,
    budget,
    isAlone: replays,
    tilt: replays ? constant(0) : exponential(tilt, tiltDecay),
    training: { hasBegun: false },
    actBudget({ evaluator: { remaining } }, isTrained) {
      if (actBudget !== 0) return actBudget;
      const takesAll = isAlone && !isTrained && Number.isFinite(remaining);
      if (!takesAll) return actSimulations(options);
      return improves ? Math.ceil(RUN_SHARE * remaining) : remaining;
    },
  };
}

const specOf = (tf: Tf, options: Options, settings: Settings): LearnerSpec<RegalRollout> => ({
  batch: settings.batch,
  tasksPerUpdate: settings.graphs,
  algorithm: reinforceAlgorithm,
  advantages: () =>
    advantagesOver({
      baseline: options.baseline === "critic" ? critic(tf, 1, 1) : batchMean(),
      shape: options.advantage,
    }),
  learningRate: constant(options.learningRate),
  entropy: constant(options.entropy),
  clipNorm: options.clipNorm,
  imitation: settings.imitation,
  weightOf: ({ bins }) => 1 / bins.length,
  valueWeight: options.valueWeight,
});
