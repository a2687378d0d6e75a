/**
 * What the training engine asks of a network. A `PolicyNetwork` is weights; a `Lesson` is these
 * weights on one task. A lesson rolls out episodes, scored through the task's evaluator, and
 * replays them as tensors that can be differentiated. The engine (learner.ts) knows nothing else
 * of a system, so every system has every algorithm, baseline and schedule.
 */
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";
import type { Task } from "../contract.ts";
import type { Weights } from "../nets/weights.ts";
import type { Tensor1D, Tensor2D, Variable } from "../tensors/types.ts";

/** How decisions are taken from a policy's distribution. */
export type Decoding =
  | { readonly kind: "greedy" }
  | {
      readonly kind: "sample";
      /** What logits are divided by. */
      readonly temperature: number;
      /** Sampled are the likeliest choices that hold this share of the probability. */
      readonly topP: number;
    };

export const GREEDY: Decoding = Object.freeze({ kind: "greedy" });
/** The policy's own distribution. */
export const SAMPLE: Decoding = Object.freeze({ kind: "sample", temperature: 1, topP: 1 });

/**
 * What an episode keeps of an outcome. Start times and peaks are made when they are read, which may
 * charge a simulation, so a checkpoint must not read them.
 */
export type KeptOutcome = Pick<Outcome, "feasible" | "value" | "cost" | "violation">;

/** One episode, scored. A network extends it with what it needs to replay it. */
export interface Rollout {
  /** The plan at its end, and what that came to. */
  readonly plan: Plan;
  readonly outcome: KeptOutcome;
  /** By step; one number where only the end is rewarded. */
  readonly rewards: Float64Array;
}

/** A rollout of an agent of placements. */
export interface PlacedRollout extends Rollout {
  readonly plan: Placement;
}

/** Rows of decisions with equally many choices. */
export interface Decisions {
  /** [rows x choices]; illegal choices near -1e9. Differentiable. */
  readonly logProbabilities: Tensor2D;
  /** The choice taken in each row. */
  readonly taken: Int32Array;
  /** Of each row: index among the replayed rollouts, and index into its rewards. */
  readonly rollout: Int32Array;
  readonly step: Int32Array;
}

export interface Replay {
  /** One entry for each head of the network. */
  readonly decisions: readonly Decisions[];
  /** A critic's value at each row of the first decisions: the return that it expects there. */
  readonly values?: Tensor1D;
}

/** Episodes whose plans are known and not scored yet. */
export interface Drawn<R extends Rollout = Rollout> {
  readonly plans: readonly Plan[];
  /** Scores them, in order. To be called once, before anything else of the lesson. */
  scored(): R[];
}

/** A network on one task, ready to act and to learn. */
export interface Lesson<R extends Rollout = Rollout> {
  readonly task: Task;
  /** What one rollout charges at most. */
  readonly simulationsPerRollout: number;
  /** Episodes in lock step. `update` counts from 0, for exploration that fades. */
  rollOut(count: number, decoding: Decoding, update: number, rng: Rng): R[];
  /**
   * `rollOut` in two halves, where no decision waits for a score. The engine then has the plans
   * simulated by all the processes that there are.
   */
  draw?(count: number, decoding: Decoding, update: number, rng: Rng): Drawn<R>;
  /** Differentiable; the caller tidies, after the gradient where it takes one. */
  replay(rollouts: readonly R[]): Replay;
  /**
   * The same decisions in parts that are differentiated one after the other, where all at once
   * would take too much memory.
   */
  parts?(rollouts: readonly R[]): readonly (() => Replay)[];
  /** Whole episodes for an answer, where those of training are none; else `rollOut` makes them. */
  solve?(count: number, decoding: Decoding, rng: Rng): R[];
  /** Episodes of the likeliest decisions that a beam of this width finds, all scored. */
  beam?(width: number): R[];
  /** At most `count` greedy episodes, each from another start. */
  started?(count: number, rng: Rng): R[];
  /**
   * At most `plans` episodes, each the best so far with some decisions drawn again; all scored by
   * one evaluation. The first one is `from`, else where the policy's answers begin.
   */
  improve?(plans: number, temperature: number, rng: Rng, from?: Placement): R[];
  /** The greedy episode by probabilities averaged over renamings of interchangeable devices. */
  renamed?(renamings: readonly Int32Array[]): R;
  /** Episodes of an expert, for imitation. */
  demonstrate?(count: number, rng: Rng): R[];
  /**
   * The episode of an answer, led to the best plan so far and scored, for imitation. None where
   * there is no such plan, or where the budget leaves no episode.
   */
  rehearse?(): R[];
  /** Further numbers of an update for the logs. */
  metrics?(rollouts: readonly R[]): Readonly<Record<string, number>>;
  /** After an update: moves running norms and the like. */
  observe?(rollouts: readonly R[]): void;
  /** State of a run, such as environments; JSON-safe. */
  save?(): unknown;
  load?(saved: unknown): void;
  /** Frees tensors other than the weights. */
  dispose(): void;
}

/** Weights for every task that fits them. */
export interface PolicyNetwork<R extends Rollout = Rollout> {
  readonly weights: Weights;
  /** What active search trains: few weights close to the output. */
  readonly lastLayer?: readonly Variable[];
  /** What the weights fit, such as "40 groups on 2 devices"; saved, and compared on loading. */
  readonly fits?: string;
  /** Throws an `InputError` for a task that the weights do not fit. */
  open(task: Task): Lesson<R>;
}

/** The rollouts of one task in one update, with what the update pushes them by. */
export interface Batch<R extends Rollout = Rollout> {
  readonly lesson: Lesson<R>;
  readonly rollouts: readonly R[];
  /** By rollout and step, as the rewards are. */
  readonly advantages: readonly Float32Array[];
  /** Discounted sums of rewards from each step on: what a critic is to learn. */
  readonly returns: readonly Float64Array[];
}
