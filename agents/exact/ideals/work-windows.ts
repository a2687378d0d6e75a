/**
 * Work windows: for each state of the ideals program, how much work its unused devices can do below
 * a threshold U.
 *
 * A window is a set of types with a weight w >= 0 for each. Every split of value T has
 *
 *   sum over elements left of min over the set of w x time
 *     <=  T x sum over devices left of their w,
 *
 * so a label whose left side exceeds U times `capacity` cannot be completed below U.
 *
 * This holds for any weights and any set that covers the types left. A smaller set proves more,
 * because cheap work on the used-up types no longer counts. Example: where only CPUs are left, all
 * that remains must run on them. The weights of each set are the best ones for the whole problem
 * (env/sim/bounds/work-bound.ts).
 */
import { workBound } from "../../../env/sim/bounds/work-bound.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type DeviceStates, numberStates } from "./device-states.ts";

export interface WorkWindows extends DeviceStates {
  readonly count: number;
  /**
   * Weighted time of each element, shape [elements x windows]; 0 where no type of the window can
   * run it.
   */
  readonly workOf: Float64Array;
  /** 1 where no type of the window can run the element, shape [elements x windows]. */
  readonly beyond: Uint8Array;
  /** Window of each state, shape [states]. */
  readonly windowOf: Int32Array;
  /** Weight of the devices not used in each state, in its window, shape [states]. */
  readonly capacity: Float64Array;
  /** No split is below this. */
  readonly lowerUs: number;
}

/** With more types only single types and the set of all have a window: sets would be too many. */
const MOST_TYPES_WITH_ALL_SETS = 3;

export function workWindows({ elements, types, timeUs }: SplitProblem): WorkWindows {
  const typeCount = types.length;
  const machines = types.map((type) => type.devices.length);
  const states = numberStates(machines);
  const sets = setsOf(typeCount);
  const workOf = new Float64Array(elements.count * sets.length);
  const beyond = new Uint8Array(elements.count * sets.length);
  const weights = sets.map((set, window) => {
    const inside = machines.map((_, type) => type).filter((type) => (set >> type) & 1);
    const items: number[] = [];
    for (let v = 0; v < elements.count; v++)
      if (inside.some((type) => timeUs[v * typeCount + type] !== Number.POSITIVE_INFINITY)) items.push(v);
      else beyond[v * sets.length + window] = 1;
    const times = Float64Array.from(items.flatMap((v) => inside.map((type) => timeUs[v * typeCount + type])));
    const bound = workBound(
      times,
      inside.map((type) => machines[type]),
    );
    for (const v of items) {
      let least = Number.POSITIVE_INFINITY;
      inside.forEach((type, i) => {
        const us = timeUs[v * typeCount + type];
        if (us !== Number.POSITIVE_INFINITY) least = Math.min(least, us * bound.weights[i]);
      });
      workOf[v * sets.length + window] = least;
    }
    const ofType = new Float64Array(typeCount);
    inside.forEach((type, i) => {
      ofType[type] = bound.weights[i];
    });
    return { ofType, valueUs: bound.valueUs };
  });

  const windowOf = new Int32Array(states.states);
  const capacity = new Float64Array(states.states);
  for (let state = 0; state < states.states; state++) {
    const left = machines.map((count, type) => count - states.used[state * typeCount + type]);
    windowOf[state] = smallestCover(
      sets,
      left.reduce((set, count, type) => (count > 0 ? set | (1 << type) : set), 0),
    );
    left.forEach((count, type) => {
      if (count === 0) return;
      capacity[state] += count * weights[windowOf[state]].ofType[type];
    });
  }
  return {
    ...states,
    count: sets.length,
    workOf,
    beyond,
    windowOf,
    capacity,
    lowerUs: Math.max(weights[sets.length - 1].valueUs, longestElementUs(timeUs, typeCount)),
  };
}

/** Sets of types as bit masks, smaller ones first, the set of all last. */
function setsOf(typeCount: number): number[] {
  const all = 2 ** typeCount - 1;
  const masks =
    typeCount <= MOST_TYPES_WITH_ALL_SETS
      ? Array.from({ length: all }, (_, i) => i + 1)
      : [...Array.from({ length: typeCount }, (_, type) => 2 ** type), all];
  const size = (mask: number) => mask.toString(2).replaceAll("0", "").length;
  return masks.sort((a, b) => size(a) - size(b));
}

const smallestCover = (sets: readonly number[], mask: number): number =>
  sets.findIndex((set) => (set & mask) === mask);

function longestElementUs(timeUs: Float64Array, typeCount: number): number {
  let longest = 0;
  for (let i = 0; i < timeUs.length; i += typeCount)
    longest = Math.max(longest, Math.min(...timeUs.subarray(i, i + typeCount)));
  return longest;
}
