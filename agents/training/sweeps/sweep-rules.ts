/**
 * What a lesson of sweeps is made of: the network on one scenario, how episodes go, and what one of
 * them keeps.
 */

import type { PlacementObservation } from "../../../env/parts/observation.ts";
import type { StartRule } from "../../../env/parts/start.ts";
import type { Utility } from "../../../env/parts/utility.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { Tensor } from "../../tensors/types.ts";
import type { PlacedRollout } from "../contract.ts";
import type { RewardRule } from "./credit.ts";
import type { LabelRules } from "./labels.ts";

/** The network on one scenario. A `Seen` is what it takes of one observation. */
export interface SweepPolicy<Seen> {
  see(observation: PlacementObservation): Seen;
  /** Logits of the devices for each decision, illegal ones masked; differentiable. */
  logits(seen: readonly Seen[]): Tensor;
  /** The same numbers, where the network has a quicker way to them. */
  numbers?(seen: readonly Seen[]): Float32Array;
  observe?(seen: readonly Seen[]): void;
}

export interface SweepRules {
  /** Of starts and orders. */
  readonly seed: number;
  readonly start: StartRule;
  /** Of the groups within a sweep: as they are numbered, or one random order for each env. */
  readonly order: "topological" | "random";
  /** Whether moves of training that lower the utility stay or are taken back; answers keep all. */
  readonly accept: "all" | "improving";
  /** Whether moves to the own device charge nothing. */
  readonly freeStays: boolean;
  /** Groups that are placed between two evaluations. */
  readonly stride: number;
  /** Sweeps of an episode. */
  readonly sweeps: number;
  /** Evaluations of a rollout; 0 is a whole episode. */
  readonly segment: number;
  readonly reward: RewardRule;
  readonly utilityOn: (evaluator: MeteredEvaluator) => Utility;
  /** Sweeps of an episode for an answer, and which of its plans that is. */
  readonly greedySweeps: number;
  readonly answer: "best" | "last";
  /** What imitation learns; nothing is imitated without it. */
  readonly labels?: LabelRules;
}

export interface SweepRollout<Seen> extends PlacedRollout {
  readonly seen: readonly Seen[];
  readonly actions: Int32Array;
  /** Of each step: index into the rewards. */
  readonly rewardOf: Int32Array;
  /** Of each reward: 1 where an evaluation was charged for it. */
  readonly charged: Uint8Array;
}

/** Evaluations of `sweeps` sweeps from a given start, that of the start among them. */
export const sweepEvaluations = (groups: number, stride: number, sweeps: number): number =>
  1 + Math.ceil((groups * sweeps) / stride);
