/**
 * List scheduling over ready tasks, with memory limits and co-location: the loop that ETF, critical
 * path first, min-min and max-min share. A task is ready when its producers are scheduled. Each
 * ready task has the device that suits it best, and a rule takes one task. It is appended to its
 * device, never inserted. Ties go to the lower device. The first task of a set decides for the
 * whole set, among the devices with enough memory for it. Returns the task that fits nowhere, if
 * there is one.
 */
import { startOrder } from "../problems/schedule/order.ts";
import {
  countSchedule,
  inputsReadyUs,
  type NoCapacity,
  type Schedule,
  type ScheduleProblem,
} from "../problems/schedule/problem.ts";
import { GrowingSchedule } from "./growing-schedule.ts";

export interface ReadyRule {
  /** What suits a task best: the device where it starts first or the one where it ends first. */
  readonly device: "earliest-start" | "earliest-end";
  /** True where `task` with that start or end goes before `other` with its own. */
  goesBefore(task: number, us: number, other: number, otherUs: number): boolean;
}

export function scheduleReady(problem: ScheduleProblem, rule: ReadyRule): Schedule | NoCapacity {
  countSchedule(problem);
  const { tasks } = problem;
  const schedule = new GrowingSchedule(problem);
  const best = new BestDevices(problem, schedule, rule.device === "earliest-end");
  const ready: number[] = [];
  const announce = (task: number) => {
    best.announce(task);
    ready.push(task);
  };
  for (let task = 0; task < tasks.opCount; task++) if (schedule.isReady(task)) announce(task);

  const { us } = best;
  while (ready.length > 0) {
    let at = -1;
    for (let i = 0; i < ready.length; i++) {
      const task = ready[i];
      if (!best.find(task)) return { taskWithoutCapacity: task };
      if (at === -1 || rule.goesBefore(task, us[task], ready[at], us[ready[at]])) at = i;
    }
    const [task] = ready.splice(at, 1);
    best.append(task);
    schedule.release(task, announce);
  }
  return schedule.finish(startOrder(schedule.appended, schedule.startUs, schedule.endUs));
}

/**
 * The device that suits each ready task best. Devices only become busier and fuller. So the best
 * device of a task stays the best until that device changes, or the task's set is decided.
 */
class BestDevices {
  /** Start or end of each ready task on its best device, as the rule compares it. */
  readonly us: Float64Array;
  private readonly problem: ScheduleProblem;
  private readonly schedule: GrowingSchedule;
  private readonly countsRun: boolean;
  /** When the inputs of each ready task are on each device. These times never change any more. */
  private readonly readyUs: Float64Array;
  private readonly device: Int32Array;
  private readonly changes: Int32Array;
  private readonly changesOfSet: Int32Array;
  private readonly seenChanges: Int32Array;

  constructor(problem: ScheduleProblem, schedule: GrowingSchedule, countsRun: boolean) {
    const { tasks, deviceCount, setBytes } = problem;
    this.problem = problem;
    this.schedule = schedule;
    this.countsRun = countsRun;
    this.us = new Float64Array(tasks.opCount);
    this.readyUs = new Float64Array(tasks.opCount * deviceCount);
    this.device = new Int32Array(tasks.opCount).fill(-1);
    this.changes = new Int32Array(deviceCount);
    this.changesOfSet = new Int32Array(setBytes.length);
    this.seenChanges = new Int32Array(tasks.opCount);
  }

  /** Once for each task, when it becomes ready. */
  announce(task: number): void {
    const { problem, schedule } = this;
    for (const d of problem.setDevices[problem.setOf[task]])
      this.readyUs[task * problem.deviceCount + d] = inputsReadyUs(
        problem,
        task,
        d,
        schedule.device,
        schedule.endUs,
      );
  }

  /** False where the task fits nowhere. */
  find(task: number): boolean {
    if (this.device[task] === -1 || this.seenChanges[task] !== this.changesSeenBy(task)) this.search(task);
    return this.device[task] !== -1;
  }

  /** Schedules the task on its best device. Pre: `find` was true since the last call. */
  append(task: number): void {
    const { problem, schedule } = this;
    const to = this.device[task];
    this.changes[to]++;
    this.changesOfSet[problem.setOf[task]]++;
    schedule.append(task, to, Math.max(this.readyUs[task * problem.deviceCount + to], schedule.freeUs[to]));
  }

  private search(task: number): void {
    const { deviceCount, runUs, setOf, setDevices } = this.problem;
    const { countsRun, readyUs } = this;
    const { freeUs, capacities } = this.schedule;
    let best = -1;
    let bestUs = 0;
    for (const d of setDevices[setOf[task]]) {
      if (!capacities.accepts(task, d)) continue;
      const start = Math.max(readyUs[task * deviceCount + d], freeUs[d]);
      const us = start + (countsRun ? runUs[task * deviceCount + d] : 0);
      if (best !== -1 && us >= bestUs) continue;
      best = d;
      bestUs = us;
    }
    this.device[task] = best;
    this.us[task] = bestUs;
    if (best !== -1) this.seenChanges[task] = this.changesSeenBy(task);
  }

  private changesSeenBy(task: number): number {
    return this.changes[this.device[task]] + this.changesOfSet[this.problem.setOf[task]];
  }
}
