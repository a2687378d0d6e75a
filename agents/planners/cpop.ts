/** CPOP as a planner (Topcuoglu, Hariri, Wu, IEEE TPDS 2002); the scheduler itself is agents/search/cpop.ts. */
import { cpop as schedule } from "../search/cpop.ts";
import { listMethod } from "../search/list-plan.ts";
import { anyDevice, listPlanner } from "../search/list-planner.ts";

export const cpop = listPlanner({
  card: {
    id: "cpop",
    name: "CPOP",
    summary:
      "List scheduling with the critical path on one device: its ops go where the whole path is fastest, others where they end first.",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "Plans for the makespan without contention, whatever the objective; an op of the path whose group has no room on its device goes elsewhere.",
  },
  pool: anyDevice,
  method: listMethod(schedule),
});
