/**
 * CPOP, critical path on a processor (Topcuoglu, Hariri, Wu, "Performance-effective and
 * low-complexity task scheduling for heterogeneous computing", IEEE TPDS 2002), with memory limits
 * and co-location.
 *
 * A task's priority is the longest path through it, `rank_u + rank_d`. The critical path starts at
 * the entry task of highest priority and continues with the successor of highest priority. Its
 * tasks go to the one device that runs all of them fastest.
 *
 * The ready task of highest priority goes next; ties go in topological order. Tasks off the path go
 * to the device where they end first, gaps filled. A task of the path that does not fit on its
 * device goes where it ends first, too.
 */

import { createEventHeap } from "../../../lists/event-heap.ts";
import { createInsertion } from "../../../lists/insertion.ts";
import { listMethod } from "../../../lists/list-plan.ts";
import { anyDevice, listPlanner } from "../../../lists/list-planner.ts";
import { positionsOf } from "../../../problems/schedule/order.ts";
import {
  downwardRanks,
  type NoCapacity,
  type Schedule,
  type ScheduleProblem,
  upwardRanks,
} from "../../../problems/schedule/problem.ts";

export const cpop = listPlanner({
  card: {
    id: "cpop",
    name: "CPOP",
    summary:
      "List scheduling with the critical path on one device: its ops go where the whole path is fastest, others where they end first.",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "The first op of a group decides for all of it. Memory limits are ours. Plans for the makespan without contention under every objective. An op of the path goes to another device if its group does not fit there.",
  },
  usefulFirst: 3,
  pool: anyDevice,
  method: listMethod(cpopSchedule),
});

export function cpopSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  const { tasks } = problem;
  const up = upwardRanks(problem, { withDelays: true });
  const down = downwardRanks(problem);
  const priority = up.map((rank, task) => rank + down[task]);
  const path = criticalPath(problem, priority);
  const pathDevice = fastestDevice(problem, path);
  const onPath = new Set(path);
  const insertion = createInsertion(problem);
  const position = positionsOf(tasks);
  const waiting = tasks.inStart.subarray(1).map((end, task) => end - tasks.inStart[task]);
  const ready = createEventHeap();
  const announce = (task: number) => ready.push(-priority[task], position[task], task);
  for (const task of tasks.topologicalOrder) if (waiting[task] === 0) announce(task);

  while (ready.size > 0) {
    const task = ready.firstId();
    ready.drop();
    if (!insertion.place(task, onPath.has(task) ? pathDevice : undefined))
      return { taskWithoutCapacity: task };
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++) {
      const next = tasks.edgeDestination[tasks.outEdge[j]];
      if (--waiting[next] === 0) announce(next);
    }
  }
  return insertion.finish();
}

/**
 * Every task of the longest path has the path's length as its priority. Of equal ones the first in
 * topological order counts.
 */
function criticalPath({ tasks }: ScheduleProblem, priority: Float64Array): number[] {
  const position = positionsOf(tasks);
  const best = (candidates: readonly number[]) =>
    candidates.reduce((a, b) =>
      priority[b] > priority[a] || (priority[b] === priority[a] && position[b] < position[a]) ? b : a,
    );
  const entries = Array.from(tasks.topologicalOrder).filter(
    (task) => tasks.inStart[task] === tasks.inStart[task + 1],
  );
  const path: number[] = [];
  for (let candidates = entries; candidates.length > 0; ) {
    const task = best(candidates);
    path.push(task);
    const edges = Array.from(tasks.outEdge.subarray(tasks.outStart[task], tasks.outStart[task + 1]));
    candidates = edges.map((edge) => tasks.edgeDestination[edge]);
  }
  return path;
}

/**
 * The device of the pool that runs the path in the least time. Tasks that some device of the pool
 * cannot run do not count.
 */
function fastestDevice({ pool, runUs, deviceCount }: ScheduleProblem, path: readonly number[]): number {
  const runEverywhere = path.filter((task) =>
    pool.every((d) => runUs[task * deviceCount + d] !== Number.POSITIVE_INFINITY),
  );
  const pathUs = (d: number) => runEverywhere.reduce((sum, task) => sum + runUs[task * deviceCount + d], 0);
  return pool.reduce((best, d) => (pathUs(d) < pathUs(best) ? d : best), pool[0]);
}
