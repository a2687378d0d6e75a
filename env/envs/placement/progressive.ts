/**
 * `Placement/Progressive-v1`: one group is placed in each step, in group order. The episode ends
 * with the last group.
 *
 * The option `reward` has two values:
 * - `terminal` (default): 0 until the last step, which pays the utility of the plan. An episode
 *   charges one evaluation.
 * - `dense`: every step scores the plan with all unplaced groups on their default devices. It pays
 *   the change in utility, from 0 before the first step. So the first reward carries the utility of
 *   the default plan. A step charges one evaluation.
 *
 * The rewards of both modes have the same sum: the utility of the final plan.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import type { PlacementObservation } from "../../parts/observation.ts";
import type { Outcome } from "../../sim/evaluator/contract.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import type { Advance } from "../episode/episode.ts";
import { checkResetOptions, returnsUnder } from "../options.ts";
import { PlacementEnv } from "./placement-env.ts";
import { type PlacementEnvOptions, type PlacementParts, placementParts } from "./placement-parts.ts";

export const PROGRESSIVE_ID = "Placement/Progressive-v1";

const rewardModes = ["terminal", "dense"] as const;
export type ProgressiveReward = (typeof rewardModes)[number];

export interface ProgressiveOptions<Observation = PlacementObservation>
  extends PlacementEnvOptions<Observation> {
  /** Default `terminal`. */
  readonly reward?: ProgressiveReward;
}

/** Names of the options beyond those of every placement env. */
export const progressiveOptions: readonly string[] = ["reward"];

/** The action is the device of the current group. */
export function createProgressiveEnv<Observation = PlacementObservation>(
  options: ProgressiveOptions<Observation>,
): ProgressiveEnv<Observation> {
  const { reward = "terminal" } = options;
  if (!rewardModes.includes(reward))
    throw new InputError(`${PROGRESSIVE_ID}: reward is "${reward}", expected ${rewardModes.join(" or ")}.`);
  return new ProgressiveEnv(placementParts(PROGRESSIVE_ID, options, progressiveOptions), reward);
}

export class ProgressiveEnv<Observation> extends PlacementEnv<Observation, number> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: Discrete;
  private readonly reward: ProgressiveReward;

  constructor(parts: PlacementParts<Observation>, reward: ProgressiveReward, rng?: Rng) {
    super(parts, rng);
    this.metadata = {
      id: PROGRESSIVE_ID,
      plans: ["placement"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.scenario.cluster.devices.length);
    this.reward = reward;
  }

  protected sibling(rng: Rng): ProgressiveEnv<Observation> {
    return new ProgressiveEnv(this.parts, this.reward, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(PROGRESSIVE_ID, options);
    this.planState.begin(this.parts.defaultDevice, { placed: false, current: 0 });
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    const { device, current: group } = this.planState;
    const last = group === device.length - 1;
    const outcome = last || this.reward === "dense" ? this.scoreWith(group, action) : undefined;

    this.planState.place(group, action, last ? -1 : group + 1);
    if (outcome === undefined) return { reward: 0, terminated: false };
    const before = this.utility;
    this.utility = this.parts.utility.of(outcome);
    return { reward: this.utility - before, terminated: last, outcome };
  }

  private scoreWith(group: number, device: number): Outcome {
    const candidate = this.planState.device.slice();
    candidate[group] = device;
    return this.score(candidate);
  }

  protected mask(): ActionMask {
    return this.currentMask();
  }

  protected checkLegal(action: number): void {
    this.checkDevice(this.planState.current, action);
  }
}
