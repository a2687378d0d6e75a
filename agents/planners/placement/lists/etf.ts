/**
 * ETF, earliest task first (Hwang, Chow, Anger, Lee, "Scheduling precedence graphs in systems with
 * interprocessor communication times", SIAM J. Computing 1989), with memory limits and co-location.
 *
 * At each step it takes the pair of ready task and device that can start first (ready-list.ts).
 * Ties go to the larger static level, then to the lower task.
 */
import { z } from "zod";
import { listMethod } from "../../../lists/list-plan.ts";
import { listPlanner } from "../../../lists/list-planner.ts";
import { scheduleReady } from "../../../lists/ready-list.ts";
import { pools } from "../../../problems/choices.ts";
import {
  type NoCapacity,
  type Schedule,
  type ScheduleProblem,
  upwardRanks,
} from "../../../problems/schedule/problem.ts";

export const etf = listPlanner({
  card: {
    id: "etf",
    name: "ETF",
    summary: "List scheduling that always takes the ready op and device that can start first.",
    paper:
      "Hwang, Chow, Anger, Lee: Scheduling precedence graphs with communication times. SIAM J. Computing 1989",
    limits:
      "The paper's one schedule, with its order; the first op of a group decides for all of it. Memory limits are ours. Made for equal devices, so the CPU is " +
      "left to groups that need it unless pool=all. Plans for the makespan without contention. variants=all is the best of several schedules.",
  },
  usefulFirst: 4,
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe(
      "Devices to schedule on; ETF ignores speed, so all lets a slow CPU take every op it can start first.",
    ),
  method: listMethod(etfSchedule),
});

export function etfSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  const level = upwardRanks(problem, { withDelays: false });
  return scheduleReady(problem, {
    device: "earliest-start",
    goesBefore(task, us, other, otherUs) {
      if (us !== otherUs) return us < otherUs;
      return level[task] > level[other] || (level[task] === level[other] && task < other);
    },
  });
}
