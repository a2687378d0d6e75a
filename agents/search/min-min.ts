/**
 * Min-min and max-min (Ibarra and Kim, "Heuristic algorithms for scheduling independent tasks on nonidentical processors", Journal
 * of the ACM 1977; Braun et al., "A comparison of eleven static heuristics", J. Parallel and Distributed Computing 2001), here among the
 * ready tasks of a graph (ready-list.ts): every ready task with the device where it ends first, and of those the task that ends first
 * (min-min) or last (max-min). Ties go to the lower task.
 */
import { scheduleReady } from "./ready-list.ts";
import type { NoRoom, Schedule, ScheduleProblem } from "./schedule-problem.ts";

export function minMin(problem: ScheduleProblem): Schedule | NoRoom {
  return scheduleReady(problem, {
    device: "earliest-end",
    goesBefore: (task, us, other, otherUs) => us < otherUs || (us === otherUs && task < other),
  });
}

export function maxMin(problem: ScheduleProblem): Schedule | NoRoom {
  return scheduleReady(problem, {
    device: "earliest-end",
    goesBefore: (task, us, other, otherUs) => us > otherUs || (us === otherUs && task < other),
  });
}
