/**
 * A schedule that grows at the end of its devices: the state that ETF, m-ETF, m-SCT and the other
 * schedulers without insertion share. A task is ready when all its producers are scheduled.
 */
import {
  type Capacities,
  capacities,
  type Schedule,
  type ScheduleProblem,
  type TaskOrder,
} from "../problems/schedule/problem.ts";

export class GrowingSchedule {
  /** Device of each task, -1 before it is scheduled. */
  readonly device: Int32Array;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /** When each device has run all that it has been given. */
  readonly freeUs: Float64Array;
  readonly capacities: Capacities;
  /** The scheduled tasks, in the order of the calls of `append`. */
  readonly appended: number[] = [];
  private readonly tasks: TaskOrder;
  private readonly runUs: Float64Array;
  /** How many producers of each task are not scheduled. */
  private readonly missing: Int32Array;

  constructor(problem: ScheduleProblem) {
    const { tasks, deviceCount, runUs } = problem;
    this.device = new Int32Array(tasks.opCount).fill(-1);
    this.startUs = new Float64Array(tasks.opCount);
    this.endUs = new Float64Array(tasks.opCount);
    this.freeUs = new Float64Array(deviceCount);
    this.capacities = capacities(problem);
    this.tasks = tasks;
    this.runUs = runUs;
    this.missing = tasks.inStart.subarray(1).map((end, task) => end - tasks.inStart[task]);
  }

  isReady(task: number): boolean {
    return this.missing[task] === 0 && this.device[task] === -1;
  }

  /** Runs a ready task on a device that accepts it. Pre: the device is free at `startUs`. */
  append(task: number, device: number, startUs: number): void {
    this.capacities.take(task, device);
    this.device[task] = device;
    this.startUs[task] = startUs;
    this.endUs[task] = startUs + this.runUs[task * this.freeUs.length + device];
    this.freeUs[device] = this.endUs[task];
    this.appended.push(task);
  }

  /** Calls `announce` for each consumer of an appended task that becomes ready. Once for a task. */
  release(task: number, announce: (task: number) => void): void {
    const { outStart, outEdge, edgeDestination } = this.tasks;
    for (let j = outStart[task]; j < outStart[task + 1]; j++) {
      const next = edgeDestination[outEdge[j]];
      if (--this.missing[next] === 0) announce(next);
    }
  }

  /** Pre: all tasks are scheduled. */
  finish(order: Int32Array = Int32Array.from(this.appended)): Schedule {
    const { device, startUs, endUs } = this;
    const makespanUs = endUs.reduce((last, us) => Math.max(last, us), 0);
    return { device, startUs, endUs, makespanUs, order };
  }
}
