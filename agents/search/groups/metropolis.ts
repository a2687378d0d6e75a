/**
 * A Metropolis chain over placements (Metropolis et al. 1953, as FlexFlow uses it: Jia, Zaharia,
 * Aiken, SysML 2019).
 *
 * A step proposes one uniformly chosen group and another of its legal devices (or any, the present
 * one too). It accepts with probability min(1, exp(-inverseTemperature x (new - old))). The
 * proposal is symmetric, so the chain's stationary distribution is proportional to
 * exp(-inverseTemperature x cost). Groups with a single choice are never proposed; all others are,
 * the last too.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Choices } from "../../problems/choices.ts";
import type { WorkingPlan } from "./working-plan.ts";

export interface ChainStep {
  readonly group: number;
  readonly device: number;
  /** Cost of the proposal. */
  readonly cost: number;
  readonly accepted: boolean;
}

/** Cost of the current state with one group moved. */
export type MoveCost = (group: number, device: number) => number;

export interface Chain {
  /** Cost of the present state. */
  readonly cost: number;
  /** Proposes one move, scores it and applies it where it is accepted. */
  step(): ChainStep;
  /** Continues from another state of known cost. */
  restart(groupDevice: ArrayLike<number>, cost: number): void;
}

/**
 * `other` than the present device, or `uniform` over all of a group's devices, as FlexFlow
 * proposes.
 */
export const proposalRules = ["other", "uniform"] as const;

export interface ChainOptions {
  /** Default `other`. */
  readonly proposals?: (typeof proposalRules)[number];
  /** The present state, which the chain moves. */
  readonly state: Pick<WorkingPlan, "groupDevice" | "apply" | "reset">;
  /** Cost of the first state. */
  readonly cost: number;
  /** Per unit of cost. */
  readonly inverseTemperature: number;
  readonly moveCost: MoveCost;
}

/** True where some group has more than one device to choose from. */
export function hasMoves({ legal }: Pick<Choices, "legal">): boolean {
  return legal.some((devices) => devices.length > 1);
}

export function createChain({ legal }: Pick<Choices, "legal">, rng: Rng, options: ChainOptions): Chain {
  const { state, inverseTemperature, moveCost, proposals = "other" } = options;
  const movable = Int32Array.from(legal.keys()).filter((g) => legal[g].length > 1);
  let present = options.cost;
  return {
    get cost() {
      return present;
    },
    step() {
      const group = movable[rng.int(movable.length)];
      const device =
        proposals === "uniform"
          ? legal[group][rng.int(legal[group].length)]
          : anotherOf(legal[group], state.groupDevice[group], rng);
      const cost = moveCost(group, device);
      // Drawn whether needed or not, so that the stream stays in step with the proposals.
      const accepted = rng.next() < Math.exp(inverseTemperature * (present - cost));
      if (accepted) {
        state.apply(group, device);
        present = cost;
      }
      return { group, device, cost, accepted };
    },
    restart(groupDevice, cost) {
      state.reset(groupDevice);
      present = cost;
    },
  };
}

/** Uniform over `devices` without `present`, which is one of them. */
function anotherOf(devices: Int32Array, present: number, rng: Rng): number {
  const drawn = devices[rng.int(devices.length - 1)];
  return drawn === present ? devices[devices.length - 1] : drawn;
}
