/**
 * The training engine: an `Agent` from a network and a `LearnerSpec`. An update draws tasks and
 * rolls out episodes on each in lock step. The algorithm then improves the weights on all of them
 * at once, by their advantages over the baseline.
 *
 * All tasks share the weights, the optimizer and one ledger of simulations. Each has its own
 * lesson and, unless the spec shares it, its own baseline: returns of two graphs cannot be
 * compared.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import { type Rng, type RngState, restoreRng } from "../../env/model/rng.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import type { Agent, AgentContext, BackendName, Task, Update } from "../contract.ts";
import type { SavedWeights } from "../nets/weights.ts";
import type { LoadedTf } from "../tensors/tf.ts";
import type { Tf } from "../tensors/types.ts";
import { type Adam, createAdam, type SavedAdam } from "./adam.ts";
import type { Advantages } from "./advantages.ts";
import type { Algorithm, UpdateMetrics } from "./algorithms/algorithm.ts";
import { imitationAlgorithm } from "./algorithms/imitation.ts";
import { average } from "./baselines/baseline.ts";
import { type Batch, type Lesson, type PolicyNetwork, type Rollout, SAMPLE } from "./contract.ts";
import { answer, type DecodingOptions, drawOn } from "./decoding.ts";
import type { Schedule } from "./schedule.ts";

export interface LearnerSpec<R extends Rollout = Rollout> {
  /** Rollouts on each task of an update. */
  readonly batch: number;
  /** Tasks of an update, all different; 1 by default. */
  readonly tasksPerUpdate?: number;
  /** Most tasks that are learned on, those that are drawn first; all by default. */
  readonly mostTasks?: (budget: Budget) => number;
  readonly algorithm: Algorithm;
  /** Makes the baseline of a task. */
  readonly advantages: () => Advantages<R>;
  /** Whether all tasks have one baseline; each has its own by default. */
  readonly sharedBaseline?: boolean;
  readonly learningRate: Schedule;
  readonly entropy?: Schedule;
  /** Largest norm of a gradient; larger ones are scaled down. */
  readonly clipNorm: number;
  /** How much a rollout's decisions count; 1 by default, which sums them. */
  readonly weightOf?: (rollout: R) => number;
  /** Weight of a critic's squared error; 0 by default. */
  readonly valueWeight?: number;
  /** From this update on, plans that do not fit are not learned from. */
  readonly lateFilter?: number;
  /** Updates at the beginning that imitate the lessons' expert. */
  readonly imitation?: number;
  /** The update that fine-tuning begins at, for imitation and schedules; 0 by default. */
  readonly fineTunesFrom?: number;
  /** Every so many updates one imitates the own best plans, in so many steps; 0 is never. */
  readonly rehearsal?: { readonly every: number; readonly steps: number };
  /** How the policy answers; greedy by default. */
  readonly decoding?: DecodingOptions;
}

interface SavedPolicy {
  readonly fits: string | null;
  readonly weights: SavedWeights;
}

interface SavedLesson {
  readonly advantages: unknown;
  readonly lesson: unknown;
}

interface SavedRun {
  readonly update: number;
  /** 0 where it is missing. */
  readonly begunAt?: number;
  readonly policy: SavedPolicy;
  readonly adam: SavedAdam;
  readonly algorithm: unknown;
  /** By the name of the task. */
  readonly lessons: Readonly<Record<string, SavedLesson>>;
  readonly draws: RngState;
  readonly taskDraws: RngState;
}

/** A task in training. */
interface Course<R extends Rollout> {
  readonly lesson: Lesson<R>;
  readonly advantages: Advantages<R>;
}

/** Episodes of one update on a task. */
interface RolledOut<R extends Rollout> {
  readonly course: Course<R>;
  readonly rollouts: readonly R[];
}

const withCourse = <R extends Rollout>(course: Course<R>, rollouts: readonly R[]): RolledOut<R>[] =>
  rollouts.length === 0 ? [] : [{ course, rollouts }];

export function createLearner<R extends Rollout>(
  loaded: LoadedTf,
  context: Pick<AgentContext, "tasks" | "rng">,
  network: PolicyNetwork<R>,
  spec: LearnerSpec<R>,
): Agent {
  return new Learner(loaded, context, network, spec);
}

const PLAINLY: DecodingOptions = { decode: "greedy", plans: 1, decodeTemperature: 1, topP: 1 };

class Learner<R extends Rollout> implements Agent {
  readonly backend: BackendName;
  private readonly tf: Tf;
  private readonly tasks: AgentContext["tasks"];
  private readonly network: PolicyNetwork<R>;
  private readonly spec: LearnerSpec<R>;
  private readonly adam: Adam;
  private readonly courses = new Map<string, Course<R>>();
  private readonly shared: Advantages<R> | null;
  private draws: Rng;
  private taskDraws: Rng;
  private update = 0;
  /** The update that this training began at, for imitation and schedules. */
  private begunAt = 0;

  constructor(
    { tf, backend }: LoadedTf,
    { tasks, rng }: Pick<AgentContext, "tasks" | "rng">,
    network: PolicyNetwork<R>,
    spec: LearnerSpec<R>,
  ) {
    this.backend = backend;
    this.tf = tf;
    this.tasks = tasks;
    this.network = network;
    this.spec = spec;
    this.adam = createAdam(tf, network.weights.list, {
      learningRate: spec.learningRate(0),
      clipNorm: spec.clipNorm,
    });
    this.shared = spec.sharedBaseline === true ? spec.advantages() : null;
    this.draws = rng.child("training");
    this.taskDraws = rng.child("tasks");
  }

  async *train(): AsyncGenerator<Update, void> {
    for (;;) {
      const courses = await this.drawCourses();
      const rehearsed = this.rehearse(courses);
      const isRehearsing = rehearsed.length > 0;
      const isImitating = isRehearsing || this.age < (this.spec.imitation ?? 0);
      const rolledOut = isRehearsing ? rehearsed : await this.rollOutAll(courses, isImitating);
      if (rolledOut.length === 0) return;
      const metrics = this.learn(rolledOut, isImitating, isRehearsing ? this.spec.rehearsal!.steps : 1);
      this.update++;
      const task = rolledOut.map(({ course }) => course.lesson.task.name).join(",");
      yield { update: this.update, task, metrics };
    }
  }

  /** Episodes led to the best plans so far, in each update whose turn it is. */
  private rehearse(courses: readonly Course<R>[]): RolledOut<R>[] {
    const { every } = this.spec.rehearsal ?? { every: 0 };
    if (every === 0 || this.update % every !== every - 1) return [];
    return courses.flatMap((course) => withCourse(course, course.lesson.rehearse?.() ?? []));
  }

  private async rollOutAll(courses: readonly Course<R>[], isImitating: boolean): Promise<RolledOut<R>[]> {
    const all: RolledOut<R>[] = [];
    for (const course of courses)
      all.push(...withCourse(course, await this.rollOut(course.lesson, isImitating)));
    return all;
  }

  /** As many of the batch as the budget leaves; none where it leaves no whole rollout. */
  private async rollOut(lesson: Lesson<R>, isImitating: boolean): Promise<R[]> {
    const { evaluator, scoreAhead } = lesson.task;
    const affordable = Math.floor(evaluator.remaining / lesson.simulationsPerRollout);
    const count = Math.min(this.spec.batch, affordable);
    if (count < 1) return [];
    if (isImitating) {
      if (lesson.demonstrate === undefined) throw new Error("The network has no expert to imitate.");
      return lesson.demonstrate(count, this.draws);
    }
    if (scoreAhead === undefined || lesson.draw === undefined)
      return lesson.rollOut(count, SAMPLE, this.age, this.draws);
    const drawn = lesson.draw(count, SAMPLE, this.age, this.draws);
    await scoreAhead(drawn.plans);
    return drawn.scored();
  }

  /** One update of the weights; answers its numbers. */
  private learn(rolledOut: readonly RolledOut<R>[], isImitating: boolean, steps: number): UpdateMetrics {
    const { tf, adam, spec, age } = this;
    const seen = rolledOut.flatMap(({ rollouts }) => rollouts);
    const outcomes = {
      meanCost: average(seen.map(({ outcome }) => outcome.cost)),
      feasible: average(seen.map(({ outcome }) => (outcome.feasible ? 1 : 0))),
      ...lessonMetrics(rolledOut),
    };
    const batches = rolledOut.flatMap(({ course, rollouts }) => this.batchOf(course, rollouts, isImitating));
    if (batches.length === 0) return { loss: 0, gradientNorm: 0, entropy: 0, ...outcomes, learnedFrom: 0 };
    adam.learningRate = spec.learningRate(age);
    const algorithm = isImitating ? imitationAlgorithm : spec.algorithm;
    const step = {
      batches,
      adam,
      entropy: spec.entropy?.(age) ?? 0,
      weightOf: spec.weightOf ?? (() => 1),
      valueWeight: spec.valueWeight ?? 0,
      rng: this.draws,
    };
    const metrics = algorithm.improve(tf, step);
    for (let further = 1; further < steps; further++) algorithm.improve(tf, step);
    for (const { lesson, rollouts } of batches) lesson.observe?.(rollouts);
    return { ...metrics, ...outcomes };
  }

  private batchOf({ lesson, advantages }: Course<R>, all: readonly R[], isImitating: boolean): Batch<R>[] {
    const isLate = !isImitating && this.age >= (this.spec.lateFilter ?? Number.POSITIVE_INFINITY);
    const rollouts = isLate ? all.filter(({ outcome }) => outcome.feasible) : all;
    if (rollouts.length === 0) return [];
    if (!isImitating) return [{ lesson, rollouts, ...advantages.of(rollouts, lesson) }];
    const none = rollouts.map(({ rewards }) => new Float32Array(rewards.length));
    return [{ lesson, rollouts, advantages: none, returns: rollouts.map(({ rewards }) => rewards) }];
  }

  /** The plan by the spec's decoding. */
  async act(task: Task): Promise<Plan> {
    return this.onLesson(task, (lesson, options) =>
      answer(this.tf, this.network, lesson, options, this.draws.child("acting")),
    );
  }

  async drawOn(task: Task): Promise<void> {
    await this.onLesson(task, (lesson, options) => drawOn(lesson, options, this.draws.child("drawing on")));
  }

  /** Uses the task's lesson in training, else one that is opened for this alone. */
  private async onLesson<T>(
    task: Task,
    use: (lesson: Lesson<R>, options: DecodingOptions) => T | Promise<T>,
  ): Promise<T> {
    const known = this.courses.get(task.name)?.lesson;
    const lesson = known?.task.evaluator === task.evaluator ? known : this.network.open(task);
    try {
      return await use(lesson, this.spec.decoding ?? PLAINLY);
    } finally {
      if (lesson !== known) lesson.dispose();
    }
  }

  async savePolicy(): Promise<SavedPolicy> {
    return { fits: this.network.fits ?? null, weights: this.network.weights.save() };
  }

  async loadPolicy(saved: unknown): Promise<void> {
    const { fits, weights } = saved as SavedPolicy;
    const own = this.network.fits ?? null;
    if (fits !== own && fits !== undefined)
      throw new InputError(
        `The saved policy is for ${fits} and fits no other graph, this one has ${own}: another scenario or other options.`,
      );
    this.network.weights.load(weights);
    this.begunAt = this.spec.fineTunesFrom ?? 0;
  }

  async saveRun(): Promise<SavedRun> {
    const lessons = [...this.courses].map(([name, { lesson, advantages }]) => [
      name,
      { advantages: advantages.save(), lesson: lesson.save?.() ?? null },
    ]);
    return {
      update: this.update,
      ...(this.begunAt > 0 && { begunAt: this.begunAt }),
      policy: await this.savePolicy(),
      adam: this.adam.save(),
      algorithm: this.spec.algorithm.save(),
      lessons: Object.fromEntries(lessons),
      draws: this.draws.state(),
      taskDraws: this.taskDraws.state(),
    };
  }

  async loadRun(saved: unknown): Promise<void> {
    const { update, begunAt = 0, policy, adam, algorithm, lessons, draws, taskDraws } = saved as SavedRun;
    if (policy === undefined || lessons === undefined)
      throw new InputError("The saved run is of an earlier version of this agent; train again.");
    await this.loadPolicy(policy);
    this.adam.load(adam);
    this.spec.algorithm.load(algorithm);
    for (const [name, state] of Object.entries(lessons)) {
      const { lesson, advantages } = this.courseOf(await this.tasks.task(name));
      advantages.load(state.advantages);
      lesson.load?.(state.lesson);
    }
    this.draws = restoreRng(draws);
    this.taskDraws = restoreRng(taskDraws);
    this.update = update;
    this.begunAt = begunAt;
  }

  /** What imitation and schedules go by. */
  private get age(): number {
    return this.begunAt + this.update;
  }

  dispose(): void {
    for (const { lesson } of this.courses.values()) lesson.dispose();
    this.network.weights.dispose();
    this.adam.dispose();
  }

  private async drawCourses(): Promise<Course<R>[]> {
    const wanted = Math.min(this.spec.tasksPerUpdate ?? 1, this.tasks.names.length);
    const drawn = new Map<string, Course<R>>();
    while (drawn.size < Math.min(wanted, this.mostTasks)) {
      const task = await this.drawTask();
      drawn.set(task.name, this.courseOf(task));
    }
    return [...drawn.values()];
  }

  private async drawTask(): Promise<Task> {
    const known = [...this.courses.keys()];
    if (known.length < this.mostTasks) return this.tasks.draw(this.taskDraws);
    return this.tasks.task(known[this.taskDraws.int(known.length)]);
  }

  /** Of all tasks the budget is one, so any task tells it. */
  private get mostTasks(): number {
    const [first] = this.courses.values();
    if (first === undefined) return Number.POSITIVE_INFINITY;
    return this.spec.mostTasks?.(first.lesson.task.evaluator.budget) ?? Number.POSITIVE_INFINITY;
  }

  private courseOf(task: Task): Course<R> {
    const known = this.courses.get(task.name);
    if (known !== undefined) return known;
    const course = { lesson: this.network.open(task), advantages: this.shared ?? this.spec.advantages() };
    this.courses.set(task.name, course);
    return course;
  }
}

/** Means over the lessons that have them. */
function lessonMetrics<R extends Rollout>(rolledOut: readonly RolledOut<R>[]): UpdateMetrics {
  const all = rolledOut.map(({ course, rollouts }) => course.lesson.metrics?.(rollouts) ?? {});
  const names = [...new Set(all.flatMap((metrics) => Object.keys(metrics)))];
  const of = (name: string) => all.flatMap((metrics) => (name in metrics ? [metrics[name]] : []));
  return Object.fromEntries(names.map((name) => [name, average(of(name))]));
}
