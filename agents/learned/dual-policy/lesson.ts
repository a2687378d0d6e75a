/**
 * Lessons of the dual policy. An episode places all tasks of a graph and is scored once, at its
 * end. The expert to imitate is critical-path list scheduling: the ready task with the longest path
 * below goes to the device where it ends first.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { objectiveOf } from "../../../env/sim/objectives/evaluator.ts";
import type { Task } from "../../contract.ts";
import { sampleLogits } from "../../nets/categorical.ts";
import type { Tf } from "../../tensors/types.ts";
import type { Decoding, Lesson, PolicyNetwork, Replay, Rollout } from "../../training/contract.ts";
import type { Schedule } from "../../training/schedule.ts";
import { overBound, type Reward, type RewardShape } from "../../training/scoring.ts";
import { type Assignment, assignmentOf, type Unit } from "./assignment.ts";
import { type Chooser, type Episode, EpisodeRunner } from "./episode.ts";
import type { Scaling } from "./growing-assignment.ts";
import type { DualPolicy } from "./network.ts";
import { type PlanMaker, planMaker, simulationsOf } from "./plan.ts";
import type { EpisodeRecord } from "./record.ts";
import { replayEpisodes } from "./replay.ts";

export interface DualRollout extends Rollout {
  readonly record: EpisodeRecord;
}

export interface DualRules {
  readonly unit: Unit;
  readonly scaling: Scaling;
  /** Whether the plan has the order in which tasks were chosen. */
  readonly keepsOrder: boolean;
  readonly reward: RewardShape;
  /** Whether there is a reward for every step, all 0 but the last. Else there is one. */
  readonly rewardsSteps: boolean;
  /**
   * Share of choices that are uniform while all others are the policy's first: the published
   * exploration. Null where choices are drawn from the policy.
   */
  readonly epsilon: { readonly training: Schedule; readonly imitation: Schedule } | null;
  /** Updates of imitation. */
  readonly imitation: number;
  /** Most episodes of one of them. */
  readonly imitationBatch: number;
}

interface SavedLesson {
  readonly imitated: number;
  readonly tasks: number;
  readonly devices: number;
}

/** Choices of an imitated episode that are drawn from the policy instead of being the expert's. */
const DRIFT = 0.3;
/** Rows of choices that are differentiated together at most. It limits memory, not the batch. */
const LARGEST_PART = 200_000;
/** As many rows as one gate of an encoded task counts for. */
const ENCODED_ROWS = 4;

export const dualPolicyTasks = (
  tf: Tf,
  policy: DualPolicy,
  rules: DualRules,
): PolicyNetwork<DualRollout> => ({
  weights: policy.weights,
  lastLayer: policy.lastLayer,
  open: (task) => new DualLesson(tf, task, policy, rules),
});

class DualLesson implements Lesson<DualRollout> {
  readonly task: Task;
  readonly simulationsPerRollout: number;
  private readonly tf: Tf;
  private readonly policy: DualPolicy;
  private readonly rules: DualRules;
  private readonly assignment: Assignment;
  private readonly runner: EpisodeRunner;
  private readonly planOf: PlanMaker;
  private readonly reward: Reward;
  /** Updates of imitation so far. */
  private imitated = 0;

  constructor(tf: Tf, task: Task, policy: DualPolicy, rules: DualRules) {
    const { scenario, evaluator } = task;
    const keepsOrder = rules.keepsOrder && objectiveOf(scenario).keepsOrder;
    this.tf = tf;
    this.task = task;
    this.policy = policy;
    this.rules = rules;
    this.assignment = assignmentOf(scenario, rules.unit, evaluator);
    const encodesEachStep = policy.size.stepColumns > 0;
    this.runner = new EpisodeRunner(tf, policy, this.assignment, {
      scaling: rules.scaling,
      encodesEachStep,
    });
    this.planOf = planMaker(this.assignment, keepsOrder);
    this.simulationsPerRollout = simulationsOf(this.assignment, keepsOrder);
    this.reward = overBound(evaluator, rules.reward);
  }

  rollOut(count: number, decoding: Decoding, update: number, rng: Rng): DualRollout[] {
    const { epsilon, imitation } = this.rules;
    const choose =
      decoding.kind === "greedy"
        ? first
        : epsilon === null
          ? drawn(decoding, rng)
          : now(epsilon.training(Math.max(0, update - imitation)), rng);
    return this.episodes(count, choose);
  }

  /** An answer never explores by chance alone. */
  solve(count: number, decoding: Decoding, rng: Rng): DualRollout[] {
    return this.episodes(count, decoding.kind === "greedy" ? first : drawn(decoding, rng));
  }

  private episodes(count: number, choose: Chooser): DualRollout[] {
    return this.runner.run(Array.from({ length: count }, () => choose)).map((end) => this.scored(end));
  }

  demonstrate(count: number, rng: Rng): DualRollout[] {
    const { epsilon, imitationBatch } = this.rules;
    const choosers = Array.from({ length: Math.min(count, imitationBatch) }, (_, i): Chooser => {
      if (epsilon !== null) return imitating(now(epsilon.imitation(this.imitated), rng));
      // The first is the expert's own episode.
      return i === 0 ? expertAlone : imitating(drifting(drawn(WHOLE, rng), rng));
    });
    this.imitated++;
    return this.runner.run(choosers).map((end) => this.scored(end));
  }

  replay(rollouts: readonly DualRollout[]): Replay {
    return this.replayFrom(rollouts, 0);
  }

  parts(rollouts: readonly DualRollout[]): (() => Replay)[] {
    const parts: (() => Replay)[] = [];
    for (let from = 0; from < rollouts.length; ) {
      const start = from;
      let rows = 0;
      do rows += this.rowsOf(rollouts[from++]);
      while (from < rollouts.length && rows + this.rowsOf(rollouts[from]) <= LARGEST_PART);
      const own = rollouts.slice(start, from);
      parts.push(() => this.replayFrom(own, start));
    }
    return parts;
  }

  save(): SavedLesson {
    const { taskCount, deviceCount } = this.assignment;
    return { imitated: this.imitated, tasks: taskCount, devices: deviceCount };
  }

  load(saved: unknown): void {
    const { imitated, tasks, devices } = saved as SavedLesson;
    const { taskCount, deviceCount } = this.assignment;
    if (tasks !== taskCount || devices !== deviceCount)
      throw new InputError(
        `The saved run of "${this.task.name}" has ${tasks} steps on ${devices} devices, this one ${taskCount} on ${deviceCount}: another scenario or other options.`,
      );
    this.imitated = imitated;
  }

  dispose(): void {}

  /** Where every step is encoded, the tasks of all states are wide rows too. */
  private rowsOf({ record }: DualRollout): number {
    const { taskCount, deviceCount } = this.assignment;
    const { stepColumns, edgeWidth } = this.policy.size;
    const encoded = stepColumns > 0 ? ENCODED_ROWS * edgeWidth * taskCount * taskCount : 0;
    return record.selection.tasks.length + record.placement.taken.length * deviceCount + encoded;
  }

  private replayFrom(rollouts: readonly DualRollout[], from: number): Replay {
    const { tf, policy, assignment, rules } = this;
    const records = rollouts.map(({ record }) => record);
    return {
      decisions: replayEpisodes(tf, policy, assignment, records).map(
        ({ logProbabilities, taken, episode, before }) => ({
          logProbabilities,
          taken,
          rollout: episode.map((i) => from + i),
          step: rules.rewardsSteps ? before : new Int32Array(before.length),
        }),
      ),
    };
  }

  private scored({ state, record }: Episode): DualRollout {
    const plan = this.planOf(state);
    const outcome = this.task.evaluator.evaluate(plan);
    const rewards = new Float64Array(this.rules.rewardsSteps ? this.assignment.taskCount : 1);
    rewards[rewards.length - 1] = this.reward(outcome);
    return { plan, outcome, rewards, record };
  }
}

const WHOLE = { temperature: 1, topP: 1 };

const alike = (choice: number) => ({ done: choice, learned: choice });

const first: Chooser = (logits) => alike(likeliest(logits));

const expertAlone: Chooser = (_, expert) => alike(expert);

const drawn =
  (sampling: { readonly temperature: number; readonly topP: number }, rng: Rng): Chooser =>
  (logits) =>
    alike(sampleLogits(logits, logits.length, rng, sampling)[0]);

/** Uniform in `share` of the choices, else the likeliest. */
const now =
  (share: number, rng: Rng): Chooser =>
  (logits) => {
    if (rng.next() >= share) return alike(likeliest(logits));
    const legal = [...logits.keys()].filter((i) => logits[i] > LEAST_LEGAL);
    return alike(legal[rng.int(legal.length)]);
  };

/** Does what another does, and learns what the expert does. */
const imitating =
  (other: Chooser): Chooser =>
  (logits, expert) => ({ done: other(logits, expert).done, learned: expert });

const drifting =
  (other: Chooser, rng: Rng): Chooser =>
  (logits, expert) =>
    rng.next() < DRIFT ? other(logits, expert) : alike(expert);

/** Logits of devices that may not be taken are below. */
const LEAST_LEGAL = -1e8;

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}
