/**
 * Depth-first branch and bound over placements. Groups are placed one by one in a fixed order, each
 * on every device that may run it, the most promising device first.
 *
 * The caller gives the bound: `lowerBound` must hold for every completion of a partial placement,
 * and is infinite where none fits. Nothing else is assumed of the objective. In particular it may
 * fall when work is added, as it does under first come, first served (Graham, SIAM J. Applied
 * Mathematics 1969).
 *
 * Interchangeable devices: a partial placement is left out if a permutation of the devices turns it
 * into one that comes earlier in lexicographic order. So one placement of each equivalence class is
 * searched, and its leaf stands for the class (`leaves`).
 *
 * Post: no placement scores below `proven`, even if the search is incomplete. If it is complete,
 * `proven` is the best value up to rounding. No completion is below `relaxed`, by the bounds alone.
 * `relaxed` also holds for what `score` does not try, such as other orders of the ops.
 */
import type { InterchangeableDevices, Leader } from "../../problems/interchangeable-devices.ts";

/**
 * A lower bound on every completion of `groupDevice` (-1: not placed). A bound of at least `cutoff`
 * need not be improved further.
 */
export type PartialBound = (groupDevice: Int32Array, cutoff: number) => number;

export interface Branching {
  /** Groups in the order in which they are placed, all of them. */
  readonly order: readonly number[];
  /** Devices that may run each group. */
  readonly legal: readonly ArrayLike<number>[];
  readonly interchangeable: InterchangeableDevices;
  readonly lowerBound: PartialBound;
  /** A lower bound on all placements, known before. */
  readonly rootBound: number;
  /**
   * Value of a complete placement, `Infinity` where it is infeasible. Null where the budget does
   * not allow the evaluation.
   */
  readonly score: (groupDevice: Int32Array) => number | null;
  /** Value of the best plan known before, `Infinity` where there is none. */
  readonly known: number;
  /** Most partial placements to bound. */
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

/** Improvements below this share of the best value are not searched for. */
const TOLERANCE = 1e-9;
const NODES_PER_STEP = 256;

type Steps<R> = Generator<Int32Array | null, R, boolean>;

/**
 * Yields a device for each group where that is the best placement so far, and null now and then so
 * that others can run. An answer of `true` ends the search.
 */
export function branchAndBound(problem: Branching): Steps<BranchResult> {
  return new BranchSearch(problem).run();
}

class BranchSearch {
  readonly #problem: Branching;
  readonly #leader: Leader;
  readonly #groupDevice: Int32Array;
  readonly #frames: Frame[] = [];
  #best: number;
  /** Least bound of what was left out, and of the leaves that were scored. */
  #leastLeft = Number.POSITIVE_INFINITY;
  #leastLeaf = Number.POSITIVE_INFINITY;
  #nodes = 0;
  #leaves = 0;

  constructor(problem: Branching) {
    const { order, interchangeable, known } = problem;
    this.#problem = problem;
    this.#leader = interchangeable.leaderOf(order);
    this.#groupDevice = new Int32Array(order.length).fill(-1);
    this.#best = known;
  }

  *run(): Steps<BranchResult> {
    const { order } = this.#problem;
    const groupDevice = this.#groupDevice;
    const frames = this.#frames;
    frames.push(this.#children());
    let pauseAt = NODES_PER_STEP;
    while (frames.length > 0) {
      if (this.#nodes >= pauseAt) {
        pauseAt = this.#nodes + NODES_PER_STEP;
        if (yield null) return this.#result(false);
      }
      const depth = frames.length - 1;
      const group = order[depth];
      const frame = frames[depth];
      if (frame.devices.length === 0) {
        groupDevice[group] = -1;
        frames.pop();
        continue;
      }
      const bound = frame.bounds[frame.bounds.length - 1];
      if (this.#isCut(bound)) {
        this.#leaveOut(bound);
        dropLast(frame);
        continue;
      }
      if (this.#nodes >= this.#problem.nodes) return this.#result(false);
      groupDevice[group] = frame.devices[frame.devices.length - 1];
      if (depth + 1 < order.length) {
        dropLast(frame);
        // Siblings have overwritten the permutations that are open at this depth: this sets them.
        this.#leader.mayTake(groupDevice, depth);
        frames.push(this.#children());
        continue;
      }
      // The bound stays on the stack until the leaf is scored, in case the budget ends here.
      if (!(yield* this.#scoreLeaves())) return this.#result(false);
      this.#leastLeaf = Math.min(this.#leastLeaf, bound);
      dropLast(frame);
    }
    return this.#result(true);
  }

  /** The devices for the next group whose bounds are below the best value. */
  #children(): Frame {
    const { order, legal, lowerBound, rootBound } = this.#problem;
    const groupDevice = this.#groupDevice;
    const depth = this.#frames.length;
    const group = order[depth];
    const children: { device: number; bound: number }[] = [];
    for (let i = 0; i < legal[group].length; i++) {
      const device = legal[group][i];
      groupDevice[group] = device;
      if (!this.#leader.mayTake(groupDevice, depth)) continue;
      this.#nodes++;
      const bound = Math.max(rootBound, lowerBound(groupDevice, this.#best));
      if (bound === Number.POSITIVE_INFINITY) continue;
      if (this.#isCut(bound)) this.#leaveOut(bound);
      else children.push({ device, bound });
    }
    groupDevice[group] = -1;
    children.sort((a, b) => b.bound - a.bound || b.device - a.device);
    return { devices: children.map(({ device }) => device), bounds: children.map(({ bound }) => bound) };
  }

  /** Scores the placements that a complete one stands for; false where the search is to end. */
  *#scoreLeaves(): Steps<boolean> {
    const { interchangeable, score } = this.#problem;
    for (const leaf of interchangeable.leaves(this.#groupDevice)) {
      const value = score(leaf);
      if (value === null) return false;
      this.#leaves++;
      if (value >= this.#best) continue;
      this.#best = value;
      if (yield leaf.slice()) return false;
    }
    return true;
  }

  #isCut(bound: number): boolean {
    return bound >= this.#best || bound >= this.#best * (1 - TOLERANCE);
  }

  #leaveOut(bound: number): void {
    this.#leastLeft = Math.min(this.#leastLeft, bound);
  }

  #result(complete: boolean): BranchResult {
    for (const { bounds } of this.#frames) for (const bound of bounds) this.#leaveOut(bound);
    return {
      complete,
      proven: Math.min(this.#best, this.#leastLeft),
      relaxed: Math.min(this.#leastLeaf, this.#leastLeft),
      best: this.#best,
      nodes: this.#nodes,
      leaves: this.#leaves,
    };
  }
}

function dropLast({ devices, bounds }: Frame): void {
  devices.pop();
  bounds.pop();
}
