/**
 * m-ETF (Jeon et al., "Baechi: fast device placement of machine learning graphs", SoCC 2020), with
 * co-location. It is ETF with memory limits on a network where each device has one channel
 * (half-duplex-channels.ts).
 *
 * It takes the pair of ready task and device that can start first, and commits its transfers. Ties
 * go to the lower task, then to the lower device. The first task of a set decides for the whole
 * set, among the devices with enough memory for it. Returns the task that fits nowhere, if there is
 * one.
 *
 * Baechi follows a clock and takes what can start now. Here the earliest start of all goes next,
 * which is the same: commits only make later starts later.
 *
 * A heap keeps starts as they were when last computed. A start falls only where another task brings
 * a tensor to the device; then that task's neighbours are computed again. All other starts rise, so
 * the first one that is still true is the earliest.
 */

import { createEventHeap } from "../../../lists/event-heap.ts";
import { GrowingSchedule } from "../../../lists/growing-schedule.ts";
import { createChannels } from "../../../lists/half-duplex-channels.ts";
import { listMethod } from "../../../lists/list-plan.ts";
import { baechiPlanner } from "../../../lists/list-planner.ts";
import type { NoCapacity, Schedule, ScheduleProblem } from "../../../problems/schedule/problem.ts";

export const mEtf = baechiPlanner({
  card: {
    id: "m-etf",
    systems: ["baechi"],
    name: "m-ETF",
    summary: "ETF with memory limits where each device has one channel for all that it sends and receives.",
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "Reserves memory for whole groups, where Baechi counts it op by op, and tries again with more outputs reserved. Where that leaves no plan, groups move until one fits; mode=paper ends without one. " +
      "Latency does not occupy the channel. Leaves out Baechi's fusion of groups. With variants=ordered its estimate is the value under network=half-duplex, to the last bit.",
  },
  method: { ...listMethod(mEtfSchedule), slowdowns: [] },
});

export function mEtfSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  const { tasks, setOf, setDevices } = problem;
  const channels = createChannels(problem);
  const schedule = new GrowingSchedule(problem);
  const { device, endUs, freeUs, capacities } = schedule;
  const candidates = createEventHeap();
  const startOn = (task: number, d: number) => Math.max(channels.readyUs(task, d), freeUs[d]);
  const offer = (task: number, d: number) => {
    const mayRun = setDevices[setOf[task]].includes(d) && capacities.accepts(task, d);
    if (mayRun) candidates.push(startOn(task, d), task, d);
  };
  const announce = (task: number) => {
    channels.announce(task);
    for (const d of setDevices[setOf[task]]) offer(task, d);
  };
  for (let task = 0; task < tasks.opCount; task++) if (schedule.isReady(task)) announce(task);

  while (candidates.size > 0) {
    const [us, task, to] = [candidates.firstUs(), candidates.firstKind(), candidates.firstId()];
    candidates.drop();
    if (device[task] !== -1 || !capacities.accepts(task, to)) continue;
    const start = startOn(task, to);
    if (start > us) {
      candidates.push(start, task, to);
      continue;
    }
    schedule.append(task, to, start);
    for (const source of channels.commit(task, to, endUs[task])) {
      for (let j = tasks.outStart[source]; j < tasks.outStart[source + 1]; j++) {
        const neighbour = tasks.edgeDestination[tasks.outEdge[j]];
        if (schedule.isReady(neighbour)) offer(neighbour, to);
      }
    }
    schedule.release(task, announce);
  }
  const left = device.indexOf(-1);
  if (left === -1) return schedule.finish();
  return { taskWithoutCapacity: tasks.topologicalOrder.find((task) => schedule.isReady(task)) ?? left };
}
