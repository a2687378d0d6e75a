/**
 * A learner of action values: Rainbow (Hessel et al., "Rainbow: Combining Improvements in Deep
 * Reinforcement Learning", AAAI 2018) on decision processes whose episodes end. Double Q-learning,
 * priorities, two streams, n steps, distributions and noise each can be turned off by its spec.
 *
 * An update plays episodes until so many plans were scored, and learns after each of them. Where no
 * plan of an update was new, its greedy plan is scored again. So every update charges, and a budget
 * ends.
 */
import { InputError } from "../../../../env/model/errors.ts";
import type { Plan } from "../../../../env/model/plan/plan.ts";
import { type Rng, type RngState, restoreRng } from "../../../../env/model/rng.ts";
import type { Agent, AgentContext, BackendName, Task, Update } from "../../../contract.ts";
import type { SavedWeights } from "../../../nets/weights.ts";
import type { LoadedTf } from "../../../tensors/tf.ts";
import type { Tf } from "../../../tensors/types.ts";
import { type Adam, createAdam, type SavedAdam } from "../../adam.ts";
import { average } from "../../baselines/baseline.ts";
import type { Schedule } from "../../schedule.ts";
import { type Chooser, type Episode, type MemoryRules, PlayedTask, type SavedTask } from "./played-task.ts";
import type { ProcessTask } from "./process.ts";
import {
  bestLegal,
  copyWeights,
  expectedReturns,
  type NetworkNoise,
  probabilitiesOf,
  type ValueNetwork,
  type ValueNetworkSize,
  valueNetwork,
} from "./value-network.ts";
import { improveValues, type ValueStep } from "./value-update.ts";

export interface RainbowSpec extends MemoryRules {
  readonly network: Omit<ValueNetworkSize, "columns" | "actions">;
  readonly isDouble: boolean;
  readonly learningRate: number;
  readonly clipNorm: number;
  /** Transitions of a step of the optimizer. */
  readonly batch: number;
  /** Decisions between two such steps. */
  readonly learnEvery: number;
  /** Transitions before the first one. */
  readonly warmUp: number;
  /** Such steps between two copies to the target network. */
  readonly targetEvery: number;
  /** Probability of a uniform action. */
  readonly epsilon: Schedule;
  /** How far the weights correct what priorities favour. */
  readonly beta: Schedule;
  /** New plans of an update, and most episodes to find them in. */
  readonly plans: number;
  readonly episodes: number;
}

interface SavedPolicy {
  readonly fits: string;
  readonly weights: SavedWeights;
}

interface SavedRun {
  readonly update: number;
  readonly decisions: number;
  readonly steps: number;
  readonly policy: SavedPolicy;
  readonly target: SavedWeights;
  readonly adam: SavedAdam;
  readonly tasks: Readonly<Record<string, SavedTask>>;
  readonly draws: RngState;
  readonly taskDraws: RngState;
}

/** All tasks must be of the size of the first one. */
export async function createRainbow(
  loaded: LoadedTf,
  { tasks, rng }: Pick<AgentContext, "tasks" | "rng">,
  open: (task: Task) => ProcessTask,
  spec: RainbowSpec,
): Promise<Agent> {
  const { process } = open(await tasks.task(tasks.names[0]));
  return new RainbowLearner(loaded, { tasks, rng }, open, spec, process);
}

type Sizes = Pick<ProcessTask["process"], "columns" | "actions" | "stateBytes">;

const fitsOf = ({ columns, actions, stateBytes }: Sizes): string =>
  `${stateBytes} bytes of state, ${columns} columns and ${actions} actions`;

class RainbowLearner implements Agent {
  readonly backend: BackendName;
  private readonly tf: Tf;
  private readonly tasks: AgentContext["tasks"];
  private readonly open: (task: Task) => ProcessTask;
  private readonly spec: RainbowSpec;
  private readonly fits: string;
  private readonly online: ValueNetwork;
  private readonly target: ValueNetwork;
  private readonly adam: Adam;
  private readonly played = new Map<string, PlayedTask>();
  private draws: Rng;
  private taskDraws: Rng;
  private update = 0;
  /** Decisions and steps of the optimizer so far. */
  private decisions = 0;
  private steps = 0;

  constructor(
    { tf, backend }: LoadedTf,
    { tasks, rng }: Pick<AgentContext, "tasks" | "rng">,
    open: (task: Task) => ProcessTask,
    spec: RainbowSpec,
    sizes: Sizes,
  ) {
    this.backend = backend;
    this.tf = tf;
    this.tasks = tasks;
    this.open = open;
    this.spec = spec;
    this.fits = fitsOf(sizes);
    const size = { ...spec.network, columns: sizes.columns, actions: sizes.actions };
    this.online = valueNetwork(tf, size, rng.child("weights"));
    this.target = valueNetwork(tf, size, rng.child("weights"));
    const { learningRate, clipNorm } = spec;
    this.adam = createAdam(tf, this.online.weights.list, { learningRate, clipNorm });
    this.draws = rng.child("training");
    this.taskDraws = rng.child("tasks");
  }

  async *train(): AsyncGenerator<Update, void> {
    for (;;) {
      const task = await this.tasks.draw(this.taskDraws);
      const played = this.playedOf(task);
      if (task.evaluator.remaining < played.needs) return;
      const metrics = this.improve(played);
      this.update++;
      yield { update: this.update, task: task.name, metrics };
    }
  }

  private improve(played: PlayedTask): Readonly<Record<string, number>> {
    const { plans, episodes } = this.spec;
    const { evaluator } = played.task;
    const seen: Episode[] = [];
    const learned: ValueStep[] = [];
    const scored = () => seen.filter(({ isScored }) => isScored).length;
    while (scored() < plans && seen.length < episodes && evaluator.remaining >= played.needs) {
      const episode = played.explore(this.exploring(played));
      seen.push(episode);
      learned.push(...this.learn(played, episode.decisions));
    }
    const costs = seen.flatMap(({ cost }) => cost ?? []);
    if (scored() === 0) costs.push(played.answer(this.liking(played, null)).cost);
    const failed = seen.filter(({ end }) => end === "failed").length;
    const mean = (values: readonly number[]) => (values.length === 0 ? 0 : average(values));
    return {
      loss: mean(learned.map(({ loss }) => loss)),
      gradientNorm: mean(learned.map(({ gradientNorm }) => gradientNorm)),
      meanCost: average(costs),
      episodes: seen.length,
      failed,
      newPlans: scored(),
      remembered: played.memory.count,
      epsilon: this.spec.epsilon(this.update),
    };
  }

  /** The steps of the optimizer that so many decisions more are due. */
  private learn(played: PlayedTask, decisions: number): ValueStep[] {
    const { learnEvery, warmUp } = this.spec;
    const before = Math.floor(this.decisions / learnEvery);
    this.decisions += decisions;
    const due = Math.floor(this.decisions / learnEvery) - before;
    if (played.memory.count < warmUp) return [];
    return Array.from({ length: due }, () => this.step(played));
  }

  private step({ memory, process }: PlayedTask): ValueStep {
    const { tf, online, target, adam, spec, draws } = this;
    const { indices, weights } = memory.draw(spec.batch, spec.beta(this.update), draws);
    const transitions = Array.from(indices, (i) => memory.at(i));
    const rowsOf = (states: readonly Uint8Array[]) => {
      const rows = new Float32Array(states.length * process.columns);
      states.forEach((state, i) => {
        process.see(state, rows.subarray(i * process.columns, (i + 1) * process.columns));
      });
      return rows;
    };
    const batch = {
      transitions,
      weights,
      rows: rowsOf(transitions.map(({ state }) => state)),
      nextRows: rowsOf(transitions.map(({ next }) => next)),
    };
    const step = improveValues(tf, { online, target }, adam, batch, { isDouble: spec.isDouble, rng: draws });
    memory.learned(indices, step.errors);
    if (++this.steps % spec.targetEvery === 0) copyWeights(online, target);
    return step;
  }

  /** One draw of noise for an episode, and uniform actions by chance. */
  private exploring(played: PlayedTask): Chooser {
    const { draws, online } = this;
    const epsilon = this.spec.epsilon(this.update);
    const liking = this.liking(played, online.drawNoise(draws));
    return (row, mask) => {
      if (epsilon === 0 || draws.next() >= epsilon) return liking(row, mask);
      const legal = [...mask.keys()].filter((action) => mask[action] === 1);
      return legal[draws.int(legal.length)];
    };
  }

  private liking({ process }: PlayedTask, noise: NetworkNoise | null): Chooser {
    const { tf, online } = this;
    return (row, mask) => {
      const choices = mask.reduce((sum, legal) => sum + legal, 0);
      if (choices === 1) return mask.indexOf(1);
      const values = expectedReturns(online.size.atoms, probabilitiesOf(tf, online, row, noise));
      return bestLegal(values, 0, mask.subarray(0, process.actions));
    };
  }

  /** The plan of the likeliest best decisions, without noise. */
  async act(task: Task): Promise<Plan> {
    const known = this.played.get(task.name);
    const played = known?.task.evaluator === task.evaluator ? known : this.newlyPlayed(task);
    return played.answer(this.liking(played, null)).plan;
  }

  async savePolicy(): Promise<SavedPolicy> {
    return { fits: this.fits, weights: this.online.weights.save() };
  }

  async loadPolicy(saved: unknown): Promise<void> {
    const { fits, weights } = saved as SavedPolicy;
    if (fits !== this.fits)
      throw new InputError(
        `The saved policy is for ${fits}, this agent has ${this.fits}: another scenario or other options.`,
      );
    this.online.weights.load(weights);
    copyWeights(this.online, this.target);
  }

  async saveRun(): Promise<SavedRun> {
    const { update, decisions, steps } = this;
    return {
      update,
      decisions,
      steps,
      policy: await this.savePolicy(),
      target: this.target.weights.save(),
      adam: this.adam.save(),
      tasks: Object.fromEntries([...this.played].map(([name, played]) => [name, played.save()])),
      draws: this.draws.state(),
      taskDraws: this.taskDraws.state(),
    };
  }

  async loadRun(saved: unknown): Promise<void> {
    const run = saved as SavedRun;
    if (run.policy === undefined || run.tasks === undefined)
      throw new InputError("The saved run is of an earlier version of this agent; train again.");
    await this.loadPolicy(run.policy);
    this.target.weights.load(run.target);
    this.adam.load(run.adam);
    for (const [name, state] of Object.entries(run.tasks))
      this.playedOf(await this.tasks.task(name)).load(state);
    this.draws = restoreRng(run.draws);
    this.taskDraws = restoreRng(run.taskDraws);
    this.update = run.update;
    this.decisions = run.decisions;
    this.steps = run.steps;
  }

  dispose(): void {
    this.online.weights.dispose();
    this.target.weights.dispose();
    this.adam.dispose();
  }

  private playedOf(task: Task): PlayedTask {
    const known = this.played.get(task.name);
    if (known !== undefined) return known;
    const played = this.newlyPlayed(task);
    this.played.set(task.name, played);
    return played;
  }

  private newlyPlayed(task: Task): PlayedTask {
    const opened = this.open(task);
    if (fitsOf(opened.process) !== this.fits)
      throw new InputError(`The policy is for ${this.fits}; "${task.name}" has ${fitsOf(opened.process)}.`);
    return new PlayedTask(opened, this.spec);
  }
}
