/**
 * `ScheduleProblem`: what a list scheduler sees. Tasks have a run time on every device, edges a
 * delay for every pair of devices. Sets of tasks share a device, and devices have memory limits.
 *
 * The network is contention-free, as most published list schedulers assume: two transfers never
 * wait for each other. The planners m-ETF and m-SCT have a channel for each device instead
 * (half-duplex-channels.ts). So the simulator's makespan of the same placement can be longer. Only
 * that makespan is ever reported as a score.
 */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";

/** The part of an `OpGraph` that says which op waits for which. */
export type TaskOrder = Pick<
  OpGraph,
  | "opCount"
  | "edgeCount"
  | "inStart"
  | "edgeSource"
  | "edgeDestination"
  | "outStart"
  | "outEdge"
  | "topologicalOrder"
>;

export interface ScheduleProblem {
  readonly tasks: TaskOrder;
  readonly deviceCount: number;
  /** Devices to use, ascending. Sets that none of them can run may take other devices. */
  readonly pool: Int32Array;
  /**
   * Run time in us of each task on each device, shape [opCount x deviceCount]; `Infinity` where it
   * cannot run.
   */
  readonly runUs: Float64Array;
  /**
   * Bytes each edge moves between devices, shape [edgeCount]; negative for an ordering that moves
   * nothing.
   */
  readonly edgeBytes: Float64Array;
  /**
   * What each edge moves, shape [edgeCount]: edges of one tensor into one device need one transfer;
   * -1 where nothing moves.
   */
  readonly edgeTensor: Int32Array;
  /** Delay in us of a transfer of any size, shape [deviceCount x deviceCount]. */
  readonly latencyUs: Float64Array;
  /** Speed of a transfer, shape [deviceCount x deviceCount]; `Infinity` on the same device. */
  readonly bytesPerUs: Float64Array;
  /** Pass of each task, 0 for forward and 1 for what comes after. */
  readonly pass: Uint8Array;
  /** Set of each task, shape [opCount]; the tasks of a set share a device. */
  readonly setOf: Int32Array;
  /** Devices that each set may take, ascending. */
  readonly setDevices: readonly Int32Array[];
  /** Bytes each set keeps on its device. */
  readonly setBytes: Float64Array;
  /** Memory of each device in bytes. */
  readonly limitBytes: Float64Array;
  /** Counts a schedule of all tasks; `passShare` is the share of the graph that they are. */
  readonly passes: PassCounter;
  readonly passShare: number;
}

/** Called by every part that schedules all tasks, before it does. */
export const countSchedule = ({ passes, passShare }: ScheduleProblem): void => passes.pass(passShare);

export interface Schedule {
  /** Device of each task. */
  readonly device: Int32Array;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  readonly makespanUs: number;
  /**
   * All tasks, producers before consumers, those of each device in the order in which they run. The
   * simulator follows it.
   */
  readonly order: Int32Array;
}

/** A scheduler's answer where no device has memory for the set of some task. */
export interface NoCapacity {
  readonly taskWithoutCapacity: number;
}

export type ListScheduler = (problem: ScheduleProblem) => Schedule | NoCapacity;

/**
 * When a tensor that is on device `from` at `us` arrives on device `to`. The sum is that of the
 * simulator to the last bit.
 */
export function arrivalUs(
  problem: ScheduleProblem,
  edge: number,
  from: number,
  to: number,
  us: number,
): number {
  const bytes = problem.edgeBytes[edge];
  if (from === to || bytes < 0) return us;
  const pair = from * problem.deviceCount + to;
  return us + bytes / problem.bytesPerUs[pair] + problem.latencyUs[pair];
}

/** When the inputs of a task are on `device`. Pre: all producers are scheduled. */
export function inputsReadyUs(
  problem: ScheduleProblem,
  task: number,
  device: number,
  placed: Int32Array,
  endUs: Float64Array,
): number {
  const { inStart, edgeSource } = problem.tasks;
  let ready = 0;
  for (let e = inStart[task]; e < inStart[task + 1]; e++) {
    const source = edgeSource[e];
    const arrival = arrivalUs(problem, e, placed[source], device, endUs[source]);
    if (arrival > ready) ready = arrival;
  }
  return ready;
}

/**
 * Longest path from the start of each task to the end of the graph: HEFT's `rank_u` (Topcuoglu,
 * Hariri, Wu, TPDS 2002). Run times are means over devices, delays means over pairs of distinct
 * devices. Without delays it is the static level of list scheduling.
 */
export function upwardRanks(problem: ScheduleProblem, { withDelays }: { withDelays: boolean }): Float64Array {
  const { tasks } = problem;
  const delayUs = meanDelaysUs(problem);
  const rank = new Float64Array(tasks.opCount);
  for (let i = tasks.opCount - 1; i >= 0; i--) {
    const task = tasks.topologicalOrder[i];
    let below = 0;
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++) {
      const edge = tasks.outEdge[j];
      below = Math.max(below, (withDelays ? delayUs[edge] : 0) + rank[tasks.edgeDestination[edge]]);
    }
    rank[task] = meanRunUs(problem, task) + below;
  }
  return rank;
}

/**
 * Longest path from the start of the graph to the start of each task, the same means: CPOP's
 * `rank_d`.
 */
export function downwardRanks(problem: ScheduleProblem): Float64Array {
  const { tasks } = problem;
  const delayUs = meanDelaysUs(problem);
  const rank = new Float64Array(tasks.opCount);
  for (const task of tasks.topologicalOrder)
    for (let e = tasks.inStart[task]; e < tasks.inStart[task + 1]; e++) {
      const source = tasks.edgeSource[e];
      rank[task] = Math.max(rank[task], rank[source] + meanRunUs(problem, source) + delayUs[e]);
    }
  return rank;
}

/** Delay of each edge, the mean over the pairs of distinct devices. */
function meanDelaysUs({ deviceCount, edgeBytes, latencyUs, bytesPerUs }: ScheduleProblem): Float64Array {
  const meanLatencyUs = meanOverPairs(latencyUs, deviceCount);
  const meanUsPerByte = meanOverPairs(
    bytesPerUs.map((speed) => 1 / speed),
    deviceCount,
  );
  return edgeBytes.map((bytes) => (bytes < 0 ? 0 : meanLatencyUs + bytes * meanUsPerByte));
}

function meanRunUs({ runUs, setOf, setDevices, deviceCount }: ScheduleProblem, task: number): number {
  const devices = setDevices[setOf[task]];
  let sum = 0;
  for (const d of devices) sum += runUs[task * deviceCount + d];
  return sum / devices.length;
}

function meanOverPairs(matrix: Float64Array, deviceCount: number): number {
  if (deviceCount === 1) return 0;
  let sum = 0;
  for (let from = 0; from < deviceCount; from++)
    for (let to = 0; to < deviceCount; to++) if (from !== to) sum += matrix[from * deviceCount + to];
  return sum / (deviceCount * (deviceCount - 1));
}

/** Which device each set of tasks has taken, and how much memory is left. */
export interface Capacities {
  /** True where the set of `task` is on `device` already, or is not placed and fits there. */
  accepts(task: number, device: number): boolean;
  take(task: number, device: number): void;
}

export function capacities({ setOf, setBytes, limitBytes }: ScheduleProblem): Capacities {
  const deviceOf = new Int32Array(setBytes.length).fill(-1);
  const usedBytes = new Float64Array(limitBytes.length);
  return {
    accepts(task, device) {
      const set = setOf[task];
      if (deviceOf[set] !== -1) return deviceOf[set] === device;
      return usedBytes[device] + setBytes[set] <= limitBytes[device];
    },
    take(task, device) {
      const set = setOf[task];
      if (deviceOf[set] !== -1) return;
      deviceOf[set] = device;
      usedBytes[device] += setBytes[set];
    },
  };
}
