/**
 * HEFT, heterogeneous earliest finish time (Topcuoglu, Hariri, Wu, "Performance-effective and
 * low-complexity task scheduling for heterogeneous computing", IEEE TPDS 2002), with memory limits
 * and co-location.
 *
 * Tasks go in order of decreasing upward rank, ties in topological order, each to the device where
 * it ends first. A task may fill a gap that earlier decisions left (insertion.ts). Returns the task
 * that fits nowhere, if there is one.
 */

import { createInsertion } from "../../../lists/insertion.ts";
import { listMethod } from "../../../lists/list-plan.ts";
import { anyDevice, listPlanner } from "../../../lists/list-planner.ts";
import { positionsOf } from "../../../problems/schedule/order.ts";
import {
  type NoCapacity,
  type Schedule,
  type ScheduleProblem,
  upwardRanks,
} from "../../../problems/schedule/problem.ts";

export const heft = listPlanner({
  card: {
    id: "heft",
    name: "HEFT",
    summary: "List scheduling by upward rank: each op goes to the device where it ends first, gaps filled.",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "The paper's one schedule, with its order; the first op of a group decides for all of it. Memory limits are ours. Plans for the makespan without " +
      "contention under every objective. variants=all is the best of several schedules, and no row of the paper.",
  },
  usefulFirst: 1,
  pool: anyDevice,
  method: listMethod(heftSchedule),
});

export function heftSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  const insertion = createInsertion(problem);
  for (const task of byDecreasingRank(problem))
    if (!insertion.place(task)) return { taskWithoutCapacity: task };
  return insertion.finish();
}

/**
 * A stable sort of the topological order. A task never ranks below its descendants, so the result
 * is a topological order too.
 */
function byDecreasingRank(problem: ScheduleProblem): Int32Array {
  const rank = upwardRanks(problem, { withDelays: true });
  const position = positionsOf(problem.tasks);
  return problem.tasks.topologicalOrder
    .slice()
    .sort((a, b) => rank[b] - rank[a] || position[a] - position[b]);
}
