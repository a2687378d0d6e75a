/** Max-min as a planner (Ibarra and Kim, Journal of the ACM 1977); the scheduler itself is agents/search/min-min.ts. */
import { listMethod } from "../search/list-plan.ts";
import { anyDevice, listPlanner } from "../search/list-planner.ts";
import { maxMin as schedule } from "../search/min-min.ts";

export const maxMin = listPlanner({
  card: {
    id: "max-min",
    name: "Max-min",
    summary: "List scheduling of the ready op whose earliest end is last, on the device where that is.",
    paper:
      "Ibarra, Kim: Heuristic algorithms for scheduling independent tasks on nonidentical processors. Journal of the ACM 1977",
    limits:
      "Made for independent tasks: here among the ready ops. Plans for the makespan without contention, whatever the objective.",
  },
  pool: anyDevice,
  method: listMethod(schedule),
});
