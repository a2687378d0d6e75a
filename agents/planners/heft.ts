/** HEFT as a planner (Topcuoglu, Hariri, Wu, TPDS 2002); the scheduler itself is agents/search/heft.ts. */
import { heft as schedule } from "../search/heft.ts";
import { listMethod } from "../search/list-plan.ts";
import { anyDevice, listPlanner } from "../search/list-planner.ts";

export const heft = listPlanner({
  card: {
    id: "heft",
    name: "HEFT",
    summary: "List scheduling by upward rank: each op goes to the device where it ends first, gaps filled.",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "Plans for the makespan without contention, whatever the objective. Beyond the paper: whole groups, and longer delays where " +
      "transfers queue; variants=plain is the paper's schedule, whose first op of a group decides for all of it.",
  },
  pool: anyDevice,
  method: listMethod(schedule),
});
