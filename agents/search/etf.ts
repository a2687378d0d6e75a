/**
 * ETF, earliest task first (Hwang, Chow, Anger, Lee, "Scheduling precedence graphs in systems with interprocessor
 * communication times", SIAM J. Computing 1989), with memory limits and co-location.
 *
 * Repeatedly takes the pair of ready task and device that can start first (ready-list.ts); ties go to the larger static level, then to
 * the lower task.
 */
import { scheduleReady } from "./ready-list.ts";
import { type NoRoom, type Schedule, type ScheduleProblem, upwardRanks } from "./schedule-problem.ts";

export function etf(problem: ScheduleProblem): Schedule | NoRoom {
  const level = upwardRanks(problem, { withDelays: false });
  return scheduleReady(problem, {
    device: "earliest-start",
    goesBefore(task, us, other, otherUs) {
      if (us !== otherUs) return us < otherUs;
      return level[task] > level[other] || (level[task] === level[other] && task < other);
    },
  });
}
