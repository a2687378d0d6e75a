/**
 * Policy gradient on whole placements: sample a batch, score it, move the policy towards what beat
 * the recent past. REINFORCE and the sequence-to-sequence placer share it; they differ in the
 * policy.
 *
 * Source: the training of ColocRL (Mirhoseini et al., ICML 2017) in its single-controller form.
 * Ours: advantages divided by their moving spread, and the random tilt of exploration.ts, under
 * which a placement is also credited.
 *
 * Several tasks share the weights and the optimizer. Each has its own baseline, because rewards of
 * two graphs cannot be compared.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import { type Rng, type RngState, restoreRng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Agent, AgentContext, BackendName, Task, Update } from "../contract.ts";
import type { OneShotNetwork, OneShotPolicy } from "../nets/one-shot-policy.ts";
import type { SavedWeights } from "../nets/weights.ts";
import { type LoadedTf, readOut } from "../tensors/tf.ts";
import type { Tf } from "../tensors/types.ts";
import { type Adam, createAdam, type SavedAdam } from "./adam.ts";
import { deviceTilts } from "./exploration.ts";
import { type Baseline, movingBaseline, type SavedBaseline } from "./moving-baseline.ts";
import { entropyOf, takenLogProbability } from "./policy-gradient.ts";
import { nextBatchSize, planOf, rewardShape, score } from "./scoring.ts";

export const learnerOptions = {
  batch: z.int().min(1).default(10).describe("Placements sampled per update."),
  baselineDecay: z.number().min(0).max(1).default(0.9).describe("Decay of the moving-average baseline."),
  entropy: z.number().min(0).default(0).describe("Weight of the policy's entropy, summed over the groups."),
  tilt: z
    .number()
    .min(0)
    .default(2)
    .describe("Standard deviation of the first update's random tilt, in logits."),
  tiltDecay: z.number().min(0).max(1).default(0.97).describe("Factor on the tilt per update."),
  clipNorm: z
    .number()
    .positive()
    .default(1)
    .describe("Largest norm of a gradient; larger ones are scaled down."),
  reward: rewardShape,
};
type LearnerOptions = z.infer<z.ZodObject<typeof learnerOptions>> & { readonly learningRate: number };

interface SavedPolicy {
  readonly size: string;
  readonly weights: SavedWeights;
}

interface SavedRun {
  readonly update: number;
  readonly policy: SavedPolicy;
  readonly adam: SavedAdam;
  /** By the name of the task. */
  readonly baselines: Readonly<Record<string, SavedBaseline>>;
  readonly draws: RngState;
  readonly taskDraws: RngState;
}

/** A task in training. */
interface Lesson {
  readonly task: Task;
  readonly policy: OneShotPolicy;
  readonly baseline: Baseline;
}

/**
 * The weights get the size of the source's first task. Another of other size is refused at once.
 */
export async function oneShotLearner(
  loaded: LoadedTf,
  context: AgentContext<LearnerOptions>,
  network: OneShotNetwork,
): Promise<Agent> {
  const { scenario } = await firstTask(context);
  const learner = new OneShotLearner(loaded, context, network, network.sizeOf(scenario));
  try {
    for (const name of context.tasks.names) learner.checkSize((await context.tasks.task(name)).scenario);
    return learner;
  } catch (error) {
    learner.dispose();
    throw error;
  }
}

/** The task whose size the weights get. */
export const firstTask = ({ tasks }: AgentContext): Promise<Task> => tasks.task(tasks.names[0]);

class OneShotLearner implements Agent {
  readonly backend: BackendName;
  private readonly tf: Tf;
  private readonly tasks: AgentContext["tasks"];
  private readonly options: LearnerOptions;
  private readonly network: OneShotNetwork;
  private readonly size: string;
  private readonly adam: Adam;
  private readonly policies = new Map<Scenario, OneShotPolicy>();
  private readonly lessons = new Map<string, Lesson>();
  private draws: Rng;
  private taskDraws: Rng;
  private update = 0;

  constructor(
    { tf, backend }: LoadedTf,
    { tasks, rng, options }: AgentContext<LearnerOptions>,
    network: OneShotNetwork,
    size: string,
  ) {
    this.backend = backend;
    this.tf = tf;
    this.tasks = tasks;
    this.options = options;
    this.network = network;
    this.size = size;
    this.adam = createAdam(tf, network.weights.list, options);
    this.draws = rng.child("training");
    this.taskDraws = rng.child("tasks");
  }

  async *train(): AsyncGenerator<Update, void> {
    for (;;) {
      const lesson = this.lessonOf(await this.tasks.draw(this.taskDraws));
      const batch = nextBatchSize(lesson.task.evaluator, this.options.batch, 1);
      if (batch === 0) return;
      const metrics = this.learn(lesson, batch);
      this.update++;
      yield { update: this.update, task: lesson.task.name, metrics };
    }
  }

  /** One update on a batch of placements; answers its numbers. */
  private learn({ task, policy, baseline }: Lesson, batch: number): Update["metrics"] {
    const { tf, options } = this;
    const { groupCount } = task.scenario.grouping;
    const deviceCount = task.scenario.cluster.devices.length;
    const deviation = options.tilt * options.tiltDecay ** this.update;
    const tilts = deviceTilts(this.draws, batch, deviceCount, deviation);
    const placements = readOut(tf, () => policy.sample(tilts, this.draws));
    const { costs, rewards, feasible } = score(task.evaluator, placements, options.reward);
    const advantages = baseline.advantages(rewards);

    let entropy = 0;
    const { loss, gradientNorm } = this.adam.minimize(() => {
      const logProbabilities = policy.logProbabilities(placements, tilts);
      const taken = takenLogProbability(tf, logProbabilities, placements);
      const meanEntropy = entropyOf(tf, logProbabilities);
      entropy = meanEntropy.dataSync()[0];
      const gain = tf.mean(tf.mul(tf.sum(taken, 1), tf.tensor1d(advantages)));
      return tf.neg(tf.add(gain, tf.mul(meanEntropy, options.entropy * groupCount)));
    });
    const meanCost = costs.reduce((sum, cost) => sum + cost, 0) / batch;
    return { loss, gradientNorm, entropy, meanCost, feasible };
  }

  async act({ scenario, evaluator }: Task): Promise<Plan> {
    const policy = this.policyOn(scenario);
    const plan = planOf(
      scenario,
      readOut(this.tf, () => policy.greedy()),
    );
    evaluator.evaluate(plan);
    return plan;
  }

  async savePolicy(): Promise<SavedPolicy> {
    return { size: this.size, weights: this.network.weights.save() };
  }

  async loadPolicy(saved: unknown): Promise<void> {
    const { size, weights } = saved as SavedPolicy;
    if (size !== this.size)
      throw new InputError(
        `The saved policy is for ${size} and fits no other graph, this one has ${this.size}: another scenario or other options.`,
      );
    this.network.weights.load(weights);
  }

  async saveRun(): Promise<SavedRun> {
    const baselines = [...this.lessons].map(([name, { baseline }]) => [name, baseline.save()] as const);
    return {
      update: this.update,
      policy: await this.savePolicy(),
      adam: this.adam.save(),
      baselines: Object.fromEntries(baselines),
      draws: this.draws.state(),
      taskDraws: this.taskDraws.state(),
    };
  }

  async loadRun(saved: unknown): Promise<void> {
    const { update, policy, adam, baselines, draws, taskDraws } = saved as SavedRun;
    if (policy === undefined)
      throw new InputError("The saved run is of an earlier version of this agent; train again.");
    await this.loadPolicy(policy);
    this.adam.load(adam);
    for (const [name, baseline] of Object.entries(baselines))
      this.lessonOf(await this.tasks.task(name)).baseline.load(baseline);
    this.draws = restoreRng(draws);
    this.taskDraws = restoreRng(taskDraws);
    this.update = update;
  }

  dispose(): void {
    for (const policy of this.policies.values()) policy.dispose();
    this.network.weights.dispose();
    this.adam.dispose();
  }

  /** Throws a sentence for a scenario that the weights do not fit. */
  checkSize(scenario: Scenario): void {
    const size = this.network.sizeOf(scenario);
    if (size !== this.size)
      throw new InputError(
        `The policy is for ${this.size} and fits no other graph; "${scenario.name}" has ${size}.`,
      );
  }

  private lessonOf(task: Task): Lesson {
    const known = this.lessons.get(task.name);
    if (known !== undefined) return known;
    const policy = this.policyOn(task.scenario);
    const lesson = { task, policy, baseline: movingBaseline(this.options.baselineDecay) };
    this.lessons.set(task.name, lesson);
    return lesson;
  }

  private policyOn(scenario: Scenario): OneShotPolicy {
    const known = this.policies.get(scenario);
    if (known !== undefined) return known;
    this.checkSize(scenario);
    const policy = this.network.on(scenario);
    this.policies.set(scenario, policy);
    return policy;
  }
}
