/**
 * `ScheduleProblem`: what a list scheduler sees. Tasks with a run time on every device, edges with a delay for every pair
 * of devices, sets of tasks that share a device, and room for them.
 *
 * The network is contention-free, as the published list schedulers assume: two transfers never wait for each other. The
 * simulator's makespan of the same placement can therefore be longer; only that one is ever reported as a score.
 */
import type { OpGraph } from "../../env/index.ts";

/** The part of an `OpGraph` that says who waits for whom. */
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
  /** Run time in us of each task on each device, shape [opCount x deviceCount]; `Infinity` where it cannot run. */
  readonly runUs: Float64Array;
  /** Bytes each edge moves between devices, shape [edgeCount]; negative for an ordering that moves nothing. */
  readonly edgeBytes: Float64Array;
  /** Delay in us of a transfer whatever its size, shape [deviceCount x deviceCount]. */
  readonly latencyUs: Float64Array;
  /** Further delay in us of each byte, shape [deviceCount x deviceCount]. */
  readonly usPerByte: Float64Array;
  /** Set of each task, shape [opCount]; the tasks of a set share a device. */
  readonly setOf: Int32Array;
  /** Devices that each set may take, ascending. */
  readonly setDevices: readonly Int32Array[];
  /** Bytes each set keeps on its device. */
  readonly setBytes: Float64Array;
  /** Memory of each device in bytes. */
  readonly limitBytes: Float64Array;
}

export interface Schedule {
  /** Device of each task. */
  readonly device: Int32Array;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  readonly makespanUs: number;
}

/** A scheduler's answer where no device has room for the set of some task. */
export interface NoRoom {
  readonly taskWithoutRoom: number;
}

export type ListScheduler = (problem: ScheduleProblem) => Schedule | NoRoom;

/** Delay in us of an edge between two devices, 0 on the same one. */
export function delayUs(problem: ScheduleProblem, edge: number, from: number, to: number): number {
  const bytes = problem.edgeBytes[edge];
  if (from === to || bytes < 0) return 0;
  const pair = from * problem.deviceCount + to;
  return problem.latencyUs[pair] + bytes * problem.usPerByte[pair];
}

/** When the inputs of a task, all of them scheduled, are at hand on `device`. */
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
    const arrival = endUs[source] + delayUs(problem, e, placed[source], device);
    if (arrival > ready) ready = arrival;
  }
  return ready;
}

/**
 * Longest way from the start of each task to the end of the graph, mean run times and mean delays over the pairs of distinct
 * devices: HEFT's `rank_u` (Topcuoglu, Hariri, Wu, TPDS 2002). Without delays it is the static level of list scheduling.
 */
export function upwardRanks(problem: ScheduleProblem, { withDelays }: { withDelays: boolean }): Float64Array {
  const { tasks, deviceCount, edgeBytes } = problem;
  const latencyUs = meanOverPairs(problem.latencyUs, deviceCount);
  const usPerByte = meanOverPairs(problem.usPerByte, deviceCount);
  const rank = new Float64Array(tasks.opCount);
  for (let i = tasks.opCount - 1; i >= 0; i--) {
    const task = tasks.topologicalOrder[i];
    let below = 0;
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++) {
      const edge = tasks.outEdge[j];
      const delay = withDelays && edgeBytes[edge] >= 0 ? latencyUs + edgeBytes[edge] * usPerByte : 0;
      below = Math.max(below, delay + rank[tasks.edgeDestination[edge]]);
    }
    rank[task] = meanRunUs(problem, task) + below;
  }
  return rank;
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

/** Which device each set of tasks has taken, and how much room is left. */
export interface Rooms {
  /** True where the set of `task` lies on `device` already, or lies nowhere and fits there as a whole. */
  accepts(task: number, device: number): boolean;
  take(task: number, device: number): void;
}

export function rooms({ setOf, setBytes, limitBytes }: ScheduleProblem): Rooms {
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
