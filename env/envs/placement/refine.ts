/**
 * `Placement/Refine-v1`: improvement of a complete placement, group by group. It is the decision
 * process of Placeto (Addanki, Bojja Venkatakrishnan, Gupta, Mao, Alizadeh; NeurIPS 2019).
 *
 * An episode starts from a complete placement. It visits the groups in group order, the last one
 * included, and each action places the current group again. The reward is the utility after the
 * step minus the utility before, by default the drop in cost. So an improvement is positive, and a
 * move to the group's own device pays exactly 0. Rewards sum to the first cost minus the last one.
 *
 * A reset charges one evaluation, and so does each step, moves to the own device included. Episodes
 * are one sweep by default. Published reimplementations invert the reward's sign or never place the
 * last group; tests guard against both.
 *
 * Ours: with `evaluateEvery: k` only every k-th step and the last one of an episode are scored. The
 * steps between them pay 0, and their start times are those of the last plan that was scored.
 * Rewards telescope all the same. With `accept: "improving"` a move that lowers the utility is
 * scored and taken back. It pays 0, and `info.outcome` tells what it came to. With `freeStays` a
 * move to the group's own device, whose outcome is known, is not scored again and charges nothing.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import type { PlacementObservation } from "../../parts/observation.ts";
import {
  fixedRandomPlacement,
  givenPlacement,
  randomPlacement,
  type StartRule,
  startRules,
} from "../../parts/start.ts";
import { everyGroupVisited, type Termination } from "../../parts/termination.ts";
import type { Outcome } from "../../sim/evaluator/contract.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import type { Advance } from "../episode/episode.ts";
import { checkResetOptions, returnsUnder } from "../options.ts";
import { groupStarts } from "./group-starts.ts";
import { PlacementEnv } from "./placement-env.ts";
import { type PlacementEnvOptions, type PlacementParts, placementParts } from "./placement-parts.ts";

export const REFINE_ID = "Placement/Refine-v1";

/** A named start placement, or the device of each group. */
export type RefineStart = StartRule | ArrayLike<number>;

export interface RefineOptions<Observation = PlacementObservation> extends PlacementEnvOptions<Observation> {
  /**
   * Where episodes start; default `fixed-random`. The reset option `start` decides for one episode.
   */
  readonly start?: RefineStart;
  /** When episodes end; default once every group has been visited. */
  readonly termination?: Termination;
  /** The groups in the order in which a sweep visits them; default group order. */
  readonly order?: ArrayLike<number>;
  /** Steps to one evaluation; default 1. */
  readonly evaluateEvery?: number;
  /** Which moves stay: all, the default, or those that do not lower the utility. */
  readonly accept?: "all" | "improving";
  /** Whether moves to the own device charge nothing; default false. */
  readonly freeStays?: boolean;
}

/** Names of the options beyond those of every placement env. */
export const refineOptions: readonly string[] = [
  "start",
  "termination",
  "order",
  "evaluateEvery",
  "accept",
  "freeStays",
];

interface RefineRules {
  readonly start: RefineStart;
  readonly termination: Termination;
  readonly order: Int32Array;
  readonly evaluateEvery: number;
  readonly accept: "all" | "improving";
  readonly freeStays: boolean;
  /** Does the observation show start times? */
  readonly showsStarts: boolean;
}

/** The action is the device of the current group. */
export function createRefineEnv<Observation = PlacementObservation>(
  options: RefineOptions<Observation>,
): RefineEnv<Observation> {
  const parts = placementParts(REFINE_ID, options, refineOptions);
  const { start = "fixed-random", termination = everyGroupVisited() } = options;
  const { evaluateEvery = 1, accept = "all", freeStays = false } = options;
  checkStart(start);
  if (accept !== "all" && accept !== "improving")
    throw new InputError(`${REFINE_ID}: accept is ${JSON.stringify(accept)}, expected all or improving.`);
  if ((accept === "improving" || freeStays) && evaluateEvery > 1)
    throw new InputError(`${REFINE_ID}: accept "improving" and freeStays need evaluateEvery 1.`);
  if (!Number.isInteger(evaluateEvery) || evaluateEvery < 1)
    throw new InputError(
      `${REFINE_ID}: evaluateEvery is ${evaluateEvery}, expected a whole number of at least 1.`,
    );
  return new RefineEnv(parts, {
    start: typeof start === "string" ? start : givenPlacement(parts.scenario, start),
    termination,
    order: orderOf(parts.scenario.grouping.groupCount, options.order),
    evaluateEvery,
    accept,
    freeStays,
    showsStarts: parts.observation.needsStartTimes,
  });
}

export class RefineEnv<Observation> extends PlacementEnv<Observation, number> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: Discrete;
  private readonly rules: RefineRules;

  constructor(parts: PlacementParts<Observation>, rules: RefineRules, rng?: Rng) {
    super(parts, rng);
    this.metadata = {
      id: REFINE_ID,
      plans: ["placement"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "improvement"),
    };
    this.actionSpace = discrete(parts.scenario.cluster.devices.length);
    this.rules = rules;
  }

  protected sibling(rng: Rng): RefineEnv<Observation> {
    return new RefineEnv(this.parts, this.rules, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): Outcome {
    checkResetOptions(REFINE_ID, options, ["start"]);
    const device = this.startPlacement((options.start as RefineStart | undefined) ?? this.rules.start);
    const outcome = this.score(device);
    this.planState.begin(device, { placed: true, current: this.rules.order[0] });
    this.planState.startUs = this.startsOf(outcome);
    this.utility = this.parts.utility.of(outcome);
    return outcome;
  }

  protected advance(action: number): Advance {
    const taken = this.stepsTaken() + 1;
    if (this.rules.freeStays && this.stays(action)) return this.stayed(taken);
    return taken % this.rules.evaluateEvery === 0 ? this.scored(action, taken) : this.unscored(action, taken);
  }

  private stays(action: number): boolean {
    const { device, current } = this.planState;
    return device[current] === action;
  }

  private stayed(taken: number): Advance {
    this.planState.visits[this.planState.current]++;
    return this.moved(taken, this.rules.termination(this.planState));
  }

  private scored(action: number, taken: number): Advance {
    const { device, visits, current: group } = this.planState;
    const candidate = device.slice();
    candidate[group] = action;
    const outcome = this.score(candidate);

    visits[group]++;
    const stays = this.rules.accept === "all" || this.parts.utility.of(outcome) >= this.utility;
    if (stays) {
      device[group] = action;
      this.planState.startUs = this.startsOf(outcome);
    }
    const terminated = this.rules.termination(this.planState);
    return { ...this.moved(taken, terminated, stays ? outcome : undefined), outcome };
  }

  /** Scores all the same where the episode ends, and undoes the move where that is refused. */
  private unscored(action: number, taken: number): Advance {
    const { device, visits, current: group } = this.planState;
    const from = device[group];
    device[group] = action;
    visits[group]++;
    if (!this.rules.termination(this.planState)) return this.moved(taken, false);
    try {
      const outcome = this.score(device);
      this.planState.startUs = this.startsOf(outcome);
      return this.moved(taken, true, outcome);
    } catch (error) {
      device[group] = from;
      visits[group]--;
      throw error;
    }
  }

  /** Goes on to the next group. Without an outcome the utility stays, so the reward is 0. */
  private moved(taken: number, terminated: boolean, outcome?: Outcome): Advance {
    const before = this.utility;
    if (outcome !== undefined) this.utility = this.parts.utility.of(outcome);
    const { order } = this.rules;
    this.planState.current = terminated ? -1 : order[taken % order.length];
    return { reward: this.utility - before, terminated, outcome };
  }

  private stepsTaken(): number {
    return this.planState.visits.reduce((sum, count) => sum + count, 0);
  }

  protected mask(): ActionMask {
    return this.currentMask();
  }

  protected checkLegal(action: number): void {
    this.checkDevice(this.planState.current, action);
  }

  /** Null where the objective simulates no step or the observation wants no start times. */
  private startsOf({ startUs }: Outcome): Float64Array | null {
    return this.rules.showsStarts && startUs !== undefined
      ? groupStarts(this.scenario.grouping, startUs)
      : null;
  }

  private startPlacement(start: RefineStart): Int32Array {
    checkStart(start);
    if (typeof start !== "string") return givenPlacement(this.scenario, start);
    if (start === "random") return randomPlacement(this.scenario, this.rng);
    if (start === "single-device") return this.parts.defaultDevice.slice();
    if (start === "best" && this.best !== null) return Int32Array.from(this.best.decisions);
    return fixedRandomPlacement(this.scenario);
  }
}

/** Throws a sentence where the order does not hold every group once. */
function orderOf(groupCount: number, given: ArrayLike<number> | undefined): Int32Array {
  if (given === undefined) return Int32Array.from({ length: groupCount }, (_, group) => group);
  const order = Array.from(given);
  const groups = new Set(order.filter((g) => Number.isInteger(g) && g >= 0 && g < groupCount));
  if (order.length === groupCount && groups.size === groupCount) return Int32Array.from(order);
  throw new InputError(
    `${REFINE_ID}: order has ${order.length} entries, expected each of the groups 0..${groupCount - 1} once.`,
  );
}

function checkStart(start: unknown): void {
  if (typeof start === "object" && start !== null && "length" in start) return;
  if (startRules.includes(start as StartRule)) return;
  throw new InputError(
    `${REFINE_ID}: start is ${JSON.stringify(start)}, expected ${startRules.join(", ")} or one device for each group.`,
  );
}
