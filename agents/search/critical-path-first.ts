/**
 * Critical path first: of the ready tasks the one with the longest way of work still below it, run times alone (highest level first: Hu,
 * "Parallel sequencing and assembly line problems", Operations Research 1961; Adam, Chandy, Dickson, "A comparison of list
 * schedules for parallel processing systems", Communications of the ACM 1974), to the device where it ends first (ready-list.ts).
 * Ties go to the lower task.
 */
import { scheduleReady } from "./ready-list.ts";
import { type NoRoom, type Schedule, type ScheduleProblem, upwardRanks } from "./schedule-problem.ts";

export function criticalPathFirst(problem: ScheduleProblem): Schedule | NoRoom {
  const level = upwardRanks(problem, { withDelays: false });
  return scheduleReady(problem, {
    device: "earliest-end",
    goesBefore: (task, _us, other) =>
      level[task] > level[other] || (level[task] === level[other] && task < other),
  });
}
