/**
 * Critical path first takes the ready task with the longest path of work below it, run times alone.
 * The task goes to the device where it ends first (ready-list.ts). Ties go to the lower task.
 *
 * Sources: highest level first (Hu, "Parallel sequencing and assembly line problems", Operations
 * Research 1961); Adam, Chandy, Dickson (Communications of the ACM 1974), "A comparison of list
 * schedules for parallel processing systems".
 */
import { listMethod } from "../../../lists/list-plan.ts";
import { anyDevice, listPlanner } from "../../../lists/list-planner.ts";
import { scheduleReady } from "../../../lists/ready-list.ts";
import {
  type NoCapacity,
  type Schedule,
  type ScheduleProblem,
  upwardRanks,
} from "../../../problems/schedule/problem.ts";

export const criticalPathFirst = listPlanner({
  card: {
    id: "critical-path-first",
    name: "Critical path first",
    summary:
      "List scheduling of the ready op with the most work below it, to the device where it ends first.",
    paper:
      "Adam, Chandy, Dickson: A comparison of list schedules for parallel processing systems. Communications of the ACM 1974",
    limits:
      "The first op of a group decides for all of it. Memory limits are ours. Plans for the makespan without contention under every objective. Ranks ops by run times alone; transfers count only when an op's device is chosen.",
  },
  pool: anyDevice,
  method: listMethod(criticalPathFirstSchedule),
});

export function criticalPathFirstSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  const level = upwardRanks(problem, { withDelays: false });
  return scheduleReady(problem, {
    device: "earliest-end",
    goesBefore: (task, _us, other) =>
      level[task] > level[other] || (level[task] === level[other] && task < other),
  });
}
