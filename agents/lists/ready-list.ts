/**
 * List scheduling over ready tasks, with memory limits and co-location: the loop that ETF, critical
 * path first, min-min and max-min share. A task is ready when its producers are scheduled. Each
 * ready task has the device that suits it best, and a rule takes one task. It is appended to its
 * device, never inserted. Ties go to the lower device. The first task of a set decides for the
 * whole set, among the devices with enough memory for it. Returns the task that fits nowhere, if
 * there is one.
 */
import { startOrder } from "../problems/schedule-order.ts";
import {
  countSchedule,
  inputsReadyUs,
  type NoRoom,
  rooms,
  type Schedule,
  type ScheduleProblem,
} from "../problems/schedule-problem.ts";

export interface ReadyRule {
  /** What suits a task best: the device where it starts first or the one where it ends first. */
  readonly device: "earliest-start" | "earliest-end";
  /** True where `task` with that start or end goes before `other` with its own. */
  goesBefore(task: number, us: number, other: number, otherUs: number): boolean;
}

export function scheduleReady(problem: ScheduleProblem, rule: ReadyRule): Schedule | NoRoom {
  countSchedule(problem);
  const { tasks, deviceCount, runUs, setOf, setDevices } = problem;
  const device = new Int32Array(tasks.opCount).fill(-1);
  const startUs = new Float64Array(tasks.opCount);
  const endUs = new Float64Array(tasks.opCount);
  const freeUs = new Float64Array(deviceCount);
  const room = rooms(problem);
  const waiting = tasks.inStart.subarray(1).map((end, task) => end - tasks.inStart[task]);
  const countsRun = rule.device === "earliest-end";
  // All inputs of a ready task are scheduled, so its arrival times never change any more.
  const readyUs = new Float64Array(tasks.opCount * deviceCount);
  const ready: number[] = [];
  const announce = (task: number) => {
    for (const d of setDevices[setOf[task]])
      readyUs[task * deviceCount + d] = inputsReadyUs(problem, task, d, device, endUs);
    ready.push(task);
  };
  for (let task = 0; task < tasks.opCount; task++) if (waiting[task] === 0) announce(task);

  // Devices only become busier and fuller. So what suits a task best stays best until that device
  // changes, or its set is decided.
  const best = new Int32Array(tasks.opCount).fill(-1);
  const bestUs = new Float64Array(tasks.opCount);
  const seenChanges = new Int32Array(tasks.opCount);
  const changes = new Int32Array(deviceCount);
  const changesOfSet = new Int32Array(problem.setBytes.length);
  const changesSeenBy = (task: number) => changes[best[task]] + changesOfSet[setOf[task]];
  const findBest = (task: number) => {
    best[task] = -1;
    for (const d of setDevices[setOf[task]]) {
      if (!room.accepts(task, d)) continue;
      const start = Math.max(readyUs[task * deviceCount + d], freeUs[d]);
      const us = start + (countsRun ? runUs[task * deviceCount + d] : 0);
      if (best[task] !== -1 && us >= bestUs[task]) continue;
      best[task] = d;
      bestUs[task] = us;
    }
    if (best[task] !== -1) seenChanges[task] = changesSeenBy(task);
  };

  const appended: number[] = [];
  let makespanUs = 0;
  while (ready.length > 0) {
    let at = -1;
    for (let i = 0; i < ready.length; i++) {
      const task = ready[i];
      if (best[task] === -1 || seenChanges[task] !== changesSeenBy(task)) findBest(task);
      if (best[task] === -1) return { taskWithoutRoom: task };
      if (at === -1 || rule.goesBefore(task, bestUs[task], ready[at], bestUs[ready[at]])) at = i;
    }
    const task = ready[at];
    const to = best[task];
    ready.splice(at, 1);
    room.take(task, to);
    appended.push(task);
    changes[to]++;
    changesOfSet[setOf[task]]++;
    device[task] = to;
    startUs[task] = Math.max(readyUs[task * deviceCount + to], freeUs[to]);
    endUs[task] = startUs[task] + runUs[task * deviceCount + to];
    freeUs[to] = endUs[task];
    makespanUs = Math.max(makespanUs, endUs[task]);
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++) {
      const next = tasks.edgeDestination[tasks.outEdge[j]];
      if (--waiting[next] === 0) announce(next);
    }
  }
  return { device, startUs, endUs, makespanUs, order: startOrder(appended, startUs, endUs) };
}
