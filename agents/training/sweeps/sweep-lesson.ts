/**
 * Lessons of policies that improve a complete placement group by group: rollouts are sweeps on
 * `Placement/Refine-v1`, after Placeto (Addanki et al., NeurIPS 2019).
 *
 * Episodes run in lock step without gradients, each in an env of its own. Then all their steps are
 * differentiated at once. With a segment of 0 a rollout is a whole episode, as in the paper. Ours:
 * a rollout may be a segment of so many evaluations, and the next one goes on where it stopped. So
 * an update need not wait for the end of a sweep.
 *
 * Episodes for an answer begin afresh and owe nothing to what training met. The first one begins at
 * the fixed random placement or on one device, further ones at random. Their envs score every
 * plan, so a beam charges a sweep for each of its lines. They keep every move, whatever training
 * takes back.
 *
 * A rehearsal (ours) is such a sweep led to the best plan so far. A policy that imitates it makes
 * that plan by itself. Learning from one's own best samples is self-labelling (Corsini et al.,
 * NeurIPS 2024).
 */
import { createRefineEnv, type RefineStart } from "../../../env/envs/placement/refine.ts";
import { groupDevices } from "../../../env/model/coarsen/grouping.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import { createRng, type Rng } from "../../../env/model/rng.ts";
import type { PlacementObservation } from "../../../env/parts/observation.ts";
import { fixedRandomPlacement, singleDevicePlacement } from "../../../env/parts/start.ts";
import { everyGroupVisited } from "../../../env/parts/termination.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { Task } from "../../contract.ts";
import { argmaxRows, logSoftmaxRow, sampleLogits } from "../../nets/categorical.ts";
import { choicesOf } from "../../problems/choices.ts";
import { interchangeableDevices } from "../../problems/interchangeable-devices.ts";
import { readOut } from "../../tensors/tf.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import { type Decoding, GREEDY, type Lesson, type Replay } from "../contract.ts";
import { IMPOSSIBLE, type ImprovementRules, type Improver, improved, type Standing } from "../improvement.ts";
import { planOf } from "../scoring.ts";
import { credited } from "./credit.ts";
import { closestName, type LabelledState, Labels, shownGroups } from "./labels.ts";
import { placementViews } from "./placement-views.ts";
import { type SavedEpisode, type ScoredPlacement, SweepEpisode } from "./sweep-episode.ts";
import { type SweepPolicy, type SweepRollout, type SweepRules, sweepEvaluations } from "./sweep-rules.ts";

/** Groups in all states that are differentiated together: it limits memory, not the batch. */
const LARGEST_PART = 16_384;

/** What a rollout without steps has of them. */
const NO_STEPS = {
  rewards: Float64Array.of(0),
  seen: [],
  actions: new Int32Array(0),
  rewardOf: new Int32Array(0),
  charged: new Uint8Array(1),
};

/** With free stays a rollout ends after so many steps to an evaluation, whatever was charged. */
const STEPS_TO_EVALUATION = 4;

interface Saved {
  readonly groups: number;
  readonly devices: number;
  readonly episodes: readonly SavedEpisode[];
  readonly best: BestDevices | null;
  readonly labels?: ReturnType<Labels["save"]>;
}

/** The best placement of the task so far. */
interface BestDevices {
  readonly device: readonly number[];
  readonly cost: number;
}

export class SweepLesson<Seen> implements Lesson<SweepRollout<Seen>> {
  readonly task: Task;
  readonly simulationsPerRollout: number;
  private readonly tf: Tf;
  private readonly policy: SweepPolicy<Seen>;
  private readonly rules: SweepRules;
  private readonly groups: number;
  private readonly devices: number;
  /** Evaluations of a rollout without those of starts. */
  private readonly evaluations: number;
  /** Most steps of a rollout. */
  private readonly steps: number;
  private readonly episodes: SweepEpisode<Seen>[] = [];
  private readonly views: ReturnType<typeof placementViews>;
  private readonly labels: Labels | null;
  /** Of interchangeable devices; made when it is first asked for. */
  private renamings: readonly Int32Array[] | null = null;
  private best: BestDevices | null = null;

  constructor(tf: Tf, task: Task, policy: SweepPolicy<Seen>, rules: SweepRules) {
    this.tf = tf;
    this.task = task;
    this.policy = policy;
    this.rules = rules;
    this.groups = task.scenario.grouping.groupCount;
    this.devices = task.scenario.cluster.devices.length;
    const whole = sweepEvaluations(this.groups, rules.stride, rules.sweeps) - 1;
    this.evaluations = rules.segment === 0 ? whole : rules.segment;
    this.steps = this.evaluations * (rules.freeStays ? STEPS_TO_EVALUATION : rules.stride);
    const starts = Math.ceil(this.steps / (this.groups * rules.sweeps));
    this.simulationsPerRollout = this.evaluations + starts;
    this.views = placementViews(task.scenario);
    this.labels = rules.labels === undefined ? null : new Labels(task, rules.labels);
  }

  rollOut(count: number, decoding: Decoding, _: number, rng: Rng): SweepRollout<Seen>[] {
    if (decoding.kind === "greedy") return this.solve(count, decoding, rng);
    const episodes = Array.from({ length: count }, (__, i) => this.trainingEpisode(i));
    for (const episode of episodes) episode.clear();
    for (;;) {
      const active = episodes.filter(
        ({ scored, actions }) => scored < this.evaluations && actions.length < this.steps,
      );
      if (active.length === 0) break;
      for (const episode of active) if (!episode.isRunning) this.note(episode.begin(this.start()));
      this.advance(active, (logits) => sampleLogits(logits, this.devices, rng, decoding));
    }
    return episodes.map((episode) => this.rolloutOf(episode, "last"));
  }

  solve(count: number, decoding: Decoding, rng: Rng): SweepRollout<Seen>[] {
    const episodes = Array.from({ length: count }, (_, i) => this.begun(i));
    while (episodes[0].isRunning)
      this.advance(episodes, (logits) =>
        decoding.kind === "greedy"
          ? argmaxRows(logits, this.devices)
          : sampleLogits(logits, this.devices, rng, decoding),
      );
    return episodes.map((episode) => this.rolloutOf(episode, this.rules.answer));
  }

  started(count: number, rng: Rng): SweepRollout<Seen>[] {
    return this.solve(count, GREEDY, rng);
  }

  /** Each kept sweep is continued in an env of its own, and so charged. */
  beam(width: number): SweepRollout<Seen>[] {
    const { devices } = this;
    let kept = [{ episode: this.begun(0), likelihood: 0 }];
    while (kept[0].episode.isRunning) {
      const seen = kept.map(({ episode }) => this.policy.see(episode.current));
      const rows = this.logitsOf(seen);
      const next = kept
        .flatMap(({ likelihood }, parent) =>
          Array.from(logSoftmaxRow(rowOf(rows, parent, devices)), (gain, device) => ({
            parent,
            device,
            likelihood: likelihood + gain,
          })),
        )
        .filter(({ likelihood }) => likelihood > IMPOSSIBLE)
        .sort((x, y) => y.likelihood - x.likelihood)
        .slice(0, width);
      kept = next.map(({ parent, device, likelihood }) => {
        const episode = kept[parent].episode.fork();
        this.note(episode.step(seen[parent], device));
        return { episode, likelihood };
      });
    }
    return kept.map(({ episode }) => this.rolloutOf(episode, this.rules.answer));
  }

  /** Any group may be placed again, in no order. */
  improve(rules: ImprovementRules, rng: Rng, from?: Placement): SweepRollout<Seen>[] {
    const { groups } = this;
    type Tried = SweepRollout<Seen> & Standing & { readonly outcome: Outcome };
    const improver: Improver<Tried> = {
      choices: choicesOf(this.task.scenario, "all"),
      logits: ({ groupDevice, outcome }) => {
        const views = this.views(groupDevice, outcome);
        return this.logitsOf(Array.from({ length: groups }, (_, g) => this.policy.see(views(g, 1))));
      },
      score: (groupDevice) => {
        const plan = planOf(this.task.scenario, groupDevice);
        return { ...NO_STEPS, plan, outcome: this.task.evaluator.evaluate(plan), groupDevice };
      },
    };
    const start = improver.score(this.improvedFrom(from));
    return improved(start, improver, rules, rng);
  }

  private improvedFrom(from: Placement | undefined): Int32Array {
    const { scenario } = this.task;
    if (from !== undefined) return groupDevices(scenario.grouping, from.device);
    const first = this.answerStart(0) === "single-device" ? singleDevicePlacement : fixedRandomPlacement;
    return first(scenario);
  }

  /** Labelled states, each shown as some of its groups see it. */
  get demonstrate(): Lesson<SweepRollout<Seen>>["demonstrate"] {
    const { labels } = this;
    if (labels === null) return undefined;
    return (count, rng) => Array.from({ length: count }, () => this.demonstration(labels.draw(rng), rng));
  }

  rehearse(): SweepRollout<Seen>[] {
    const { best, groups, rules } = this;
    const evaluations = sweepEvaluations(groups, rules.stride, rules.greedySweeps);
    if (best === null || this.task.evaluator.remaining < evaluations) return [];
    this.renamings ??= interchangeableDevices(compile(this.task.scenario)).permutations;
    const goal = Int32Array.from(best.device);
    const episode = this.begun(0);
    const device = closestName(goal, Int32Array.from(episode.current.placement), this.renamings);
    while (episode.isRunning) {
      const { current } = episode;
      this.note(episode.step(this.policy.see(current), device[current.current]));
    }
    return [this.rolloutOf(episode, "last")];
  }

  /** Averages probabilities over the policy's answers to the renamed placement. */
  renamed(renamings: readonly Int32Array[]): SweepRollout<Seen> {
    const { devices } = this;
    const episode = this.begun(0);
    while (episode.isRunning) {
      const views = renamings.map((to) => this.policy.see(withDevices(episode.current, to)));
      const rows = this.logitsOf(views);
      const mean = new Float32Array(devices);
      renamings.forEach((to, i) => {
        const row = logSoftmaxRow(rowOf(rows, i, devices));
        for (let device = 0; device < devices; device++) mean[device] += Math.exp(row[to[device]]);
      });
      const action = argmaxRows(mean, devices)[0];
      this.note(episode.step(this.policy.see(episode.current), action));
    }
    return this.rolloutOf(episode, this.rules.answer);
  }

  replay(rollouts: readonly SweepRollout<Seen>[]): Replay {
    return this.part(rollouts, 0, Number.POSITIVE_INFINITY);
  }

  parts(rollouts: readonly SweepRollout<Seen>[]): readonly (() => Replay)[] {
    const rows = rollouts.reduce((sum, { actions }) => sum + actions.length, 0);
    const size = Math.max(1, Math.floor(LARGEST_PART / this.groups));
    return Array.from(
      { length: Math.ceil(rows / size) },
      (_, i) => () => this.part(rollouts, i * size, (i + 1) * size),
    );
  }

  observe([first]: readonly SweepRollout<Seen>[]): void {
    const size = Math.max(1, Math.floor(LARGEST_PART / this.groups));
    this.policy.observe?.(first.seen.slice(0, size));
  }

  save(): Saved {
    const { groups, devices, best } = this;
    const episodes = this.episodes.map((episode) => episode.save());
    return { groups, devices, episodes, best, labels: this.labels?.save() };
  }

  load(saved: unknown): void {
    const { groups, devices, episodes, best, labels } = saved as Saved;
    if (groups !== this.groups || devices !== this.devices)
      throw new InputError(
        `The saved run places ${groups} groups on ${devices} devices, "${this.task.name}" has ${this.groups} groups and ${this.devices} devices: another scenario or other options.`,
      );
    episodes.forEach((episode, i) => {
      this.trainingEpisode(i).load(episode);
    });
    this.best = best;
    if (labels !== undefined) this.labels?.load(labels);
  }

  dispose(): void {}

  /** Rows `from` to `to` of all steps of all rollouts. */
  private part(rollouts: readonly SweepRollout<Seen>[], from: number, to: number): Replay {
    const cut = <T>(rows: readonly T[]) => rows.slice(from, to);
    const seen = cut(rollouts.flatMap((rollout) => rollout.seen));
    const logProbabilities = this.tf.logSoftmax(this.policy.logits(seen)) as Tensor2D;
    const taken = Int32Array.from(cut(rollouts.flatMap(({ actions }) => [...actions])));
    const rollout = Int32Array.from(cut(rollouts.flatMap(({ actions }, r) => Array(actions.length).fill(r))));
    const step = Int32Array.from(cut(rollouts.flatMap(({ rewardOf }) => [...rewardOf])));
    return { decisions: [{ logProbabilities, taken, rollout, step }] };
  }

  private demonstration({ device, outcome, label }: LabelledState, rng: Rng): SweepRollout<Seen> {
    const { shown, sweep } = shownGroups(this.groups, rng);
    const views = this.views(device, outcome);
    return {
      ...NO_STEPS,
      plan: planOf(this.task.scenario, device),
      outcome,
      seen: shown.map((g) => this.policy.see(views(g, sweep))),
      actions: Int32Array.from(shown, (g) => label[g]),
      rewardOf: new Int32Array(shown.length),
    };
  }

  private logitsOf(seen: readonly Seen[]): Float32Array {
    const { tf, policy } = this;
    if (policy.numbers !== undefined) return policy.numbers(seen);
    return readOut(tf, () => Float32Array.from(policy.logits(seen).dataSync()));
  }

  /** One step of every episode. */
  private advance(
    episodes: readonly SweepEpisode<Seen>[],
    choose: (logits: Float32Array) => Int32Array,
  ): void {
    const seen = episodes.map(({ current }) => this.policy.see(current));
    const actions = choose(this.logitsOf(seen));
    episodes.forEach((episode, i) => {
      this.note(episode.step(seen[i], actions[i]));
    });
  }

  /** An episode for an answer, begun. */
  private begun(number: number): SweepEpisode<Seen> {
    const episode = this.episode(number, this.rules.greedySweeps, "all");
    episode.clear();
    this.note(episode.begin(this.answerStart(number)));
    return episode;
  }

  private rolloutOf(episode: SweepEpisode<Seen>, answer: SweepRules["answer"]): SweepRollout<Seen> {
    const { scenario } = this.task;
    const end = answer === "best" ? episode.best! : episode.last!;
    return {
      plan: planOf(scenario, end.device),
      outcome: end.outcome,
      rewards: credited(this.rules.reward, episode.standings),
      seen: episode.visited,
      actions: Int32Array.from(episode.actions),
      rewardOf: Int32Array.from(episode.rewardOf),
      charged: Uint8Array.from(episode.charged),
    };
  }

  /** The env of training with this number; made when it is first asked for. */
  private trainingEpisode(number: number): SweepEpisode<Seen> {
    while (this.episodes.length <= number)
      this.episodes.push(this.episode(this.episodes.length, this.rules.sweeps, this.rules.accept));
    return this.episodes[number];
  }

  private episode(number: number, sweeps: number, accept: SweepRules["accept"]): SweepEpisode<Seen> {
    const { scenario, evaluator } = this.task;
    const { stride, freeStays, order, utilityOn } = this.rules;
    const seed = `${this.rules.seed}/${number}`;
    const groups = Int32Array.from({ length: this.groups }, (_, group) => group);
    const utility = utilityOn(evaluator);
    const env = createRefineEnv({
      scenario,
      evaluator,
      seed,
      utility,
      termination: everyGroupVisited(sweeps),
      evaluateEvery: stride,
      accept,
      freeStays,
      order: order === "random" ? createRng(seed).child("order").shuffle(groups) : groups,
    });
    return new SweepEpisode(env, utility, { accept, freeStays });
  }

  private start(): RefineStart {
    if (this.rules.start !== "best") return this.rules.start;
    return this.best === null ? "fixed-random" : this.best.device;
  }

  private answerStart(number: number): RefineStart {
    if (number > 0) return "random";
    return this.rules.start === "single-device" ? "single-device" : "fixed-random";
  }

  /** Keeps the best placement of the task, for starts. */
  private note(scored: ScoredPlacement | null): void {
    if (scored === null || (this.best !== null && scored.outcome.cost >= this.best.cost)) return;
    this.best = { device: Array.from(scored.device), cost: scored.outcome.cost };
  }
}

const rowOf = (rows: Float32Array, row: number, columns: number): Float32Array =>
  rows.subarray(row * columns, (row + 1) * columns);

/** The observation with device d called `to[d]`. */
const withDevices = (observation: PlacementObservation, to: Int32Array): PlacementObservation => ({
  ...observation,
  placement: observation.placement.map((device) => to[device]),
});
