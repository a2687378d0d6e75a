/** Critical path first (highest level first) as a planner; the scheduler itself is agents/search/critical-path-first.ts. */
import { criticalPathFirst as schedule } from "../search/critical-path-first.ts";
import { listMethod } from "../search/list-plan.ts";
import { anyDevice, listPlanner } from "../search/list-planner.ts";

export const criticalPathFirst = listPlanner({
  card: {
    id: "critical-path-first",
    name: "Critical path first",
    summary:
      "List scheduling of the ready op with the most work below it, to the device where it ends first.",
    paper:
      "Adam, Chandy, Dickson: A comparison of list schedules for parallel processing systems. Communications of the ACM 1974",
    limits:
      "Plans for the makespan without contention, whatever the objective; ranks ops by run times alone, transfers count only where an op goes.",
  },
  pool: anyDevice,
  method: listMethod(schedule),
});
