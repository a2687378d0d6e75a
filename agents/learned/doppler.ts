/**
 * DOPPLER: two policies build an assignment op by op. SEL chooses which ready op comes next, PLC on
 * which device.
 *
 * Source: Yao et al., "DOPPLER: Dual-Policy Learning for Device Assignment in Asynchronous Dataflow
 * Graphs", ICLR 2026, and its published code. As there:
 * - both policies start from six steps of message passing, run once for an episode;
 * - small heads then see a few columns of the present schedule at each step;
 * - stage 1 imitates critical-path list scheduling, stage 2 is REINFORCE in the simulator.
 *
 * The columns come from a list schedule that grows with the episode. It is a private pass, charged
 * like an evaluation. Stage 3, on the real system, is not here: there is none.
 */
import { z } from "zod";
import type { AgentModule } from "../contract.ts";
import { loadTf } from "../tensors/tf.ts";
import { advantagesOver } from "../training/advantages.ts";
import { reinforceAlgorithm } from "../training/algorithms/reinforce.ts";
import { movingAverage } from "../training/baselines/moving-average.ts";
import { perStep } from "../training/baselines/per-step.ts";
import { answerSimulations, decodingFields } from "../training/decoding.ts";
import { createLearner, type LearnerSpec } from "../training/learner.ts";
import { withPresets } from "../training/presets.ts";
import { constant, linear, type Schedule } from "../training/schedule.ts";
import { rewardShape } from "../training/scoring.ts";
import { STEP_COLUMNS } from "./dual-policy/episode.ts";
import { type DualRollout, type DualRules, dualPolicyTasks } from "./dual-policy/lesson.ts";
import { createDualPolicy } from "./dual-policy/network.ts";

const size = (usual: number, text: string) => z.int().min(1).max(4096).default(usual).describe(text);
const positive = (usual: number, text: string) => z.number().positive().default(usual).describe(text);

const fields = {
  unit: z
    .enum(["groups", "ops"])
    .default("groups")
    .describe("What a step places: a group's forward ops or those after them, or one op."),
  imitation: z.boolean().default(true).describe("Whether stage 1 imitates critical-path list scheduling."),
  imitationUpdates: z.int().min(0).default(60).describe("Updates of stage 1."),
  imitationBatch: size(2, "Episodes of an update of stage 1, at most those of an update."),
  select: z.boolean().default(true).describe("Whether SEL chooses the next op; else topological order does."),
  encode: z
    .enum(["episode", "step"])
    .default("episode")
    .describe("When the graph is encoded: once for an episode, or before each step with what is placed."),
  order: z.boolean().default(true).describe("Whether devices run their ops in the order of the choices."),
  batch: size(8, "Episodes of an update."),
  learningRate: positive(0.002, "Adam's step size in stage 2."),
  imitationLearningRate: positive(0.01, "Adam's step size in stage 1."),
  updates: z
    .int()
    .min(0)
    .default(0)
    .describe("Updates of stage 2 over which its step size and epsilon fall to 0; 0 keeps step sizes."),
  exploration: z
    .enum(["softmax", "epsilon"])
    .default("softmax")
    .describe("Choices are drawn from the policy, or are its first choice and uniform by chance."),
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("Share of uniform choices at the start of stage 2."),
  imitationEpsilon: z.number().min(0).max(1).default(1).describe("The same of stage 1."),
  reward: rewardShape,
  advantage: z
    .enum(["moving", "raw"])
    .default("moving")
    .describe("moving: less a moving average, over the moving spread. raw: less the mean of all episodes."),
  discount: z.number().min(0).max(1).default(1).describe("Factor per step on the reward of the end."),
  entropy: z
    .number()
    .min(0)
    .default(0)
    .describe("Weight of the entropy in stage 2, summed over the choices."),
  imitationEntropy: z.number().min(0).default(0).describe("The same in stage 1."),
  clipNorm: positive(1, "Largest norm of a gradient; larger ones are scaled down."),
  scaling: z
    .enum(["unit", "spread"])
    .default("unit")
    .describe("Columns of a step: differences in mean run times, or scaled to spread 1."),
  width: size(32, "Width of a task's vector."),
  edgeWidth: size(4, "Hidden width of the network that makes an edge's matrix."),
  latent: size(16, "Width of the layer over the columns of a step."),
  hidden: size(32, "Width of the layer before the score."),
  ...decodingFields,
  decodeTemperature: positive(
    2,
    "What logits are divided by in decode=sample, and where a trained policy draws on.",
  ),
};

/** What the code leaves without a limit. */
const NEVER = 1e9;

const paper = {
  unit: "ops",
  imitationUpdates: 2000,
  order: false,
  imitationBatch: 1,
  batch: 1,
  learningRate: 1e-4,
  imitationLearningRate: 1e-3,
  updates: 2000,
  exploration: "epsilon",
  reward: "linear",
  advantage: "raw",
  discount: 0.99,
  imitationEntropy: 1e-3,
  clipNorm: NEVER,
  scaling: "spread",
  width: 128,
  edgeWidth: 128,
  latent: 128,
  hidden: 64,
};

const options = withPresets(fields, { paper });
type Options = z.infer<typeof options>;

export const doppler: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "doppler",
    systems: ["doppler"],
    name: "DOPPLER",
    summary: "Dual policy: one network chooses the next ready op, another its device, on a list schedule.",
    searchSpace: "device per op or group, and the order of the ops",
    paper: "Yao et al., DOPPLER: Dual-Policy Learning for Device Assignment, ICLR 2026",
    limits:
      "No stage 3: there is no real system. In both modes path sums are scaled over all ops and not again over the ready ones, sums on a device are a share of all ops and not scaled over the devices, a start is that of the schedule where the code reads the sum of work, and SEL sees at most 64 ready ops. Tuned: groups, order kept, softmax, unit spread, 60 updates of imitation, smaller networks.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  // An evaluation, the schedule that grows, and where ops move in groups the order of the ops.
  actEvaluations: ({ grouping, graph }, { unit, ...decoding }) =>
    answerSimulations(decoding, unit === "ops" || grouping.groupCount === graph.opCount ? 2 : 3),
  async create(context) {
    const { options, rng } = context;
    const loaded = await loadTf(context.backend);
    const { width, edgeWidth, latent, hidden, encode, select } = options;
    const stepColumns = encode === "step" ? STEP_COLUMNS : 0;
    const size = { width, edgeWidth, latent, hidden, stepColumns, selects: select };
    const policy = createDualPolicy(loaded.tf, size, rng.child("weights"));
    return createLearner(
      loaded,
      context,
      dualPolicyTasks(loaded.tf, policy, rulesOf(options)),
      specOf(options),
    );
  },
};

const imitationOf = ({ imitation, imitationUpdates }: Options): number => (imitation ? imitationUpdates : 0);

function rulesOf(options: Options): DualRules {
  const { unit, scaling, order, reward, discount, exploration, epsilon, imitationEpsilon, updates } = options;
  return {
    unit,
    scaling,
    keepsOrder: order,
    reward,
    rewardsSteps: discount !== 1,
    epsilon:
      exploration === "softmax"
        ? null
        : { training: falling(epsilon, updates), imitation: falling(imitationEpsilon, imitationOf(options)) },
    imitation: imitationOf(options),
    imitationBatch: options.imitationBatch,
  };
}

/** REINFORCE after imitation, each stage with its own step size and entropy. */
function specOf(options: Options): LearnerSpec<DualRollout> {
  const { batch, learningRate, imitationLearningRate, updates, entropy, imitationEntropy } = options;
  const imitation = imitationOf(options);
  return {
    batch,
    algorithm: reinforceAlgorithm,
    advantages: () =>
      options.advantage === "moving"
        ? advantagesOver({ baseline: movingAverage(0.9), shape: "moving", discount: options.discount })
        : advantagesOver({ baseline: perStep(NEVER), shape: "raw", discount: options.discount }),
    learningRate: inStages(
      updates === 0 ? constant(imitationLearningRate) : falling(imitationLearningRate, imitation),
      falling(learningRate, updates),
      imitation,
    ),
    entropy: inStages(constant(imitationEntropy), constant(entropy), imitation),
    clipNorm: options.clipNorm,
    imitation,
    // The expert would take back what a trained policy knows beyond it.
    fineTunesFrom: imitation,
    decoding: options,
  };
}

/** In a straight line to 0, or not at all where there are no updates. */
const falling = (value: number, updates: number): Schedule =>
  updates === 0 ? constant(value) : linear(value, 0, updates);

const inStages =
  (one: Schedule, two: Schedule, imitation: number): Schedule =>
  (update) =>
    update < imitation ? one(update) : two(update - imitation);
