/**
 * Depth-first branch and bound over placements: groups one by one in a fixed order, each on every
 * device that may run it, the most promising device first. What a partial placement proves is the
 * caller's: `lowerBound` has to hold for every completion and is infinite where none fits. Nothing
 * else is assumed of the objective; in particular it may fall when work is added, as it does under
 * first come, first served (Graham, SIAM J. Applied Mathematics 1969).
 *
 * Devices that may be exchanged: a partial placement is left out where an exchange gives one that
 * comes earlier in the order of placements, so that one of each family is left, and its leaf stands
 * for the family (`leaves`).
 *
 * Post: no placement scores below `proven`, whether the search is complete or not; where it is,
 * that is the best value, but for what rounding may hide. No completion of anything is below
 * `relaxed`, by the bounds alone and whatever the scores: that holds also for what `score` does not
 * try, such as other orders of the ops.
 */
import type { InterchangeableDevices } from "../../problems/interchangeable-devices.ts";

/**
 * A lower bound on every completion of `groupDevice` (-1: not placed); `cutoff` allows to stop
 * early with anything at least that.
 */
export type PartialBound = (groupDevice: Int32Array, cutoff: number) => number;

export interface Branching {
  /** Groups in the order in which they are placed, all of them. */
  readonly order: readonly number[];
  /** Devices that may run each group. */
  readonly legal: readonly ArrayLike<number>[];
  readonly interchangeable: InterchangeableDevices;
  readonly lowerBound: PartialBound;
  /** Bound of all placements, known before. */
  readonly rootBound: number;
  /**
   * Value of a complete placement, `Infinity` where it is infeasible; null where the budget does
   * not allow to score it.
   */
  readonly score: (groupDevice: Int32Array) => number | null;
  /** Value of the best plan known before, `Infinity` where there is none. */
  readonly known: number;
  /** Partial placements looked at before the search gives up. */
  readonly nodes: number;
}

export interface BranchResult {
  readonly complete: boolean;
  readonly proven: number;
  readonly relaxed: number;
  readonly best: number;
  readonly nodes: number;
  readonly leaves: number;
}

/** Children of one partial placement that are still to be searched, the most promising last. */
interface Frame {
  readonly devices: number[];
  readonly bounds: number[];
}

/** What is this near the best value is not worth finding. */
const TOLERANCE = 1e-9;
const NODES_PER_STEP = 256;

/**
 * Yields a device for each group where that is the best placement so far, and null now and then,
 * for others to run.
 */
export function* branchAndBound(problem: Branching): Generator<Int32Array | null, BranchResult, boolean> {
  const { order, legal, interchangeable, lowerBound, score } = problem;
  const groupDevice = new Int32Array(order.length).fill(-1);
  const leader = interchangeable.leaderOf(order);
  const frames: Frame[] = [];
  let best = problem.known;
  let leastLeft = Number.POSITIVE_INFINITY;
  let leastLeaf = Number.POSITIVE_INFINITY;
  let nodes = 0;
  let leaves = 0;

  const isCut = (bound: number) => bound >= best || bound >= best * (1 - TOLERANCE);
  const leaveOut = (bound: number) => {
    leastLeft = Math.min(leastLeft, bound);
  };
  const open = (): Frame => {
    const depth = frames.length;
    const group = order[depth];
    const children: { device: number; bound: number }[] = [];
    for (let i = 0; i < legal[group].length; i++) {
      const device = legal[group][i];
      groupDevice[group] = device;
      if (!leader.mayTake(groupDevice, depth)) continue;
      nodes++;
      const bound = Math.max(problem.rootBound, lowerBound(groupDevice, best));
      if (bound === Number.POSITIVE_INFINITY) continue;
      if (isCut(bound)) leaveOut(bound);
      else children.push({ device, bound });
    }
    groupDevice[group] = -1;
    children.sort((a, b) => b.bound - a.bound || b.device - a.device);
    return { devices: children.map(({ device }) => device), bounds: children.map(({ bound }) => bound) };
  };
  const result = (complete: boolean): BranchResult => {
    for (const { bounds } of frames) for (const bound of bounds) leaveOut(bound);
    const proven = Math.min(best, leastLeft);
    return { complete, proven, relaxed: Math.min(leastLeaf, leastLeft), best, nodes, leaves };
  };

  frames.push(open());
  let breatheAt = NODES_PER_STEP;
  while (frames.length > 0) {
    if (nodes >= breatheAt) {
      breatheAt = nodes + NODES_PER_STEP;
      if (yield null) return result(false);
    }
    const depth = frames.length - 1;
    const group = order[depth];
    const { devices, bounds } = frames[depth];
    if (devices.length === 0) {
      groupDevice[group] = -1;
      frames.pop();
      continue;
    }
    const bound = bounds[bounds.length - 1];
    if (isCut(bound)) {
      leaveOut(bound);
      devices.pop();
      bounds.pop();
      continue;
    }
    if (nodes >= problem.nodes) return result(false);
    groupDevice[group] = devices[devices.length - 1];
    if (depth + 1 < order.length) {
      devices.pop();
      bounds.pop();
      // Sets the exchanges that are still open at this depth, which siblings have overwritten.
      leader.mayTake(groupDevice, depth);
      frames.push(open());
      continue;
    }
    // Its bound stays on the stack until it is scored, so that nothing is lost where the budget
    // ends here.
    for (const leaf of interchangeable.leaves(groupDevice)) {
      const value = score(leaf);
      if (value === null) return result(false);
      leaves++;
      if (value >= best) continue;
      best = value;
      if (yield leaf.slice()) return result(false);
    }
    leastLeaf = Math.min(leastLeaf, bound);
    devices.pop();
    bounds.pop();
  }
  return result(true);
}
