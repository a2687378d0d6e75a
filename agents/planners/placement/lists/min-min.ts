/**
 * Min-min and max-min, here among the ready tasks of a graph (ready-list.ts). Every ready task has
 * the device where it ends first. Of these tasks the one that ends first (min-min) or last
 * (max-min) is taken. Ties go to the lower task.
 *
 * Sources: Ibarra and Kim, "Heuristic algorithms for scheduling independent tasks on nonidentical
 * processors" (Journal of the ACM 1977); Braun et al., "A comparison of eleven static heuristics"
 * (J. Parallel and Distributed Computing 2001).
 */
import { listMethod } from "../../../lists/list-plan.ts";
import { anyDevice, listPlanner } from "../../../lists/list-planner.ts";
import { scheduleReady } from "../../../lists/ready-list.ts";
import type { NoCapacity, Schedule, ScheduleProblem } from "../../../problems/schedule/problem.ts";

export const minMin = listPlanner({
  card: {
    id: "min-min",
    name: "Min-min",
    summary: "List scheduling of the ready op that can end first, on the device where it ends first.",
    paper:
      "Ibarra, Kim: Heuristic algorithms for scheduling independent tasks on nonidentical processors. Journal of the ACM 1977",
    limits:
      "Made for independent tasks; here one schedule chooses among the ready ops of a graph. The first op of a group decides for all of it. Memory limits are ours. Plans for the makespan without contention under every objective.",
  },
  usefulFirst: 7,
  pool: anyDevice,
  method: listMethod(minMinSchedule),
});

export const maxMin = listPlanner({
  card: {
    id: "max-min",
    name: "Max-min",
    summary: "List scheduling of the ready op whose earliest end is the latest, on the device of that end.",
    paper:
      "Ibarra, Kim: Heuristic algorithms for scheduling independent tasks on nonidentical processors. Journal of the ACM 1977",
    limits:
      "Made for independent tasks; here one schedule chooses among the ready ops of a graph. The first op of a group decides for all of it. Memory limits are ours. Plans for the makespan without contention under every objective.",
  },
  pool: anyDevice,
  method: listMethod(maxMinSchedule),
});

export function minMinSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  return scheduleReady(problem, {
    device: "earliest-end",
    goesBefore: (task, us, other, otherUs) => us < otherUs || (us === otherUs && task < other),
  });
}

export function maxMinSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  return scheduleReady(problem, {
    device: "earliest-end",
    goesBefore: (task, us, other, otherUs) => us > otherUs || (us === otherUs && task < other),
  });
}
