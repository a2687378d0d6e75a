/**
 * `Placement/Progressive-v1`: one group is placed in each step, in group order; the episode ends
 * with the last group.
 *
 * Rewards, by the option `reward`:
 * - `terminal` (default): 0 until the last step, which pays the utility of the plan. One evaluation
 *   for each episode.
 * - `dense`: every step scores the plan with all unplaced groups on their default devices and pays
 *   the change in utility, counted from 0 before the first step. One evaluation for each step. The
 *   first reward therefore carries the utility of the default plan, and the rewards of both modes
 *   have the same sum: the utility of the final plan.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import type { PlacementObservation } from "../../parts/observation.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import {
  checkResetOptions,
  type Parts,
  type PlacementEnvOptions,
  resolveParts,
  returnsUnder,
} from "../options.ts";
import { type Advance, PlacementEnv } from "./placement-env.ts";

export const PROGRESSIVE_ID = "Placement/Progressive-v1";

const rewardModes = ["terminal", "dense"] as const;
export type ProgressiveReward = (typeof rewardModes)[number];

export interface ProgressiveOptions<O = PlacementObservation> extends PlacementEnvOptions<O> {
  /** Default `terminal`. */
  readonly reward?: ProgressiveReward;
}

/** The action is the device of the current group. */
export function createProgressiveEnv<O = PlacementObservation>(
  options: ProgressiveOptions<O>,
): ProgressiveEnv<O> {
  const { reward = "terminal" } = options;
  if (!rewardModes.includes(reward))
    throw new InputError(`${PROGRESSIVE_ID}: reward is "${reward}", expected ${rewardModes.join(" or ")}.`);
  return new ProgressiveEnv(resolveParts(PROGRESSIVE_ID, options, ["reward"]), reward);
}

export class ProgressiveEnv<O> extends PlacementEnv<O, number> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: Discrete;
  private readonly reward: ProgressiveReward;

  constructor(parts: Parts<O>, reward: ProgressiveReward, rng?: Rng) {
    super(parts, rng);
    this.metadata = {
      id: PROGRESSIVE_ID,
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.scenario.cluster.devices.length);
    this.reward = reward;
  }

  protected sibling(rng: Rng): ProgressiveEnv<O> {
    return new ProgressiveEnv(this.parts, this.reward, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(PROGRESSIVE_ID, options);
    this.device.set(this.parts.defaultDevice);
    this.placed.fill(0);
    this.visits.fill(0);
    this.current = 0;
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    const group = this.current;
    const last = group === this.device.length - 1;
    const candidate = this.device.slice();
    candidate[group] = action;
    const outcome = last || this.reward === "dense" ? this.score(candidate) : undefined;

    this.device[group] = action;
    this.placed[group] = 1;
    this.visits[group] = 1;
    this.current = last ? -1 : group + 1;
    if (outcome === undefined) return { reward: 0, terminated: false };
    const before = this.utility;
    this.utility = this.parts.utility.of(outcome);
    return { reward: this.utility - before, terminated: last, outcome };
  }

  protected mask(): ActionMask {
    return this.current === -1 ? new Uint8Array(this.actionSpace.size) : this.maskRow(this.current).slice();
  }

  protected checkLegal(action: number): void {
    this.checkDevice(this.current, action);
  }
}
