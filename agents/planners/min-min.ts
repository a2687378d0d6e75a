/** Min-min as a planner (Ibarra and Kim, Journal of the ACM 1977); the scheduler itself is agents/search/min-min.ts. */
import { listMethod } from "../search/list-plan.ts";
import { anyDevice, listPlanner } from "../search/list-planner.ts";
import { minMin as schedule } from "../search/min-min.ts";

export const minMin = listPlanner({
  card: {
    id: "min-min",
    name: "Min-min",
    summary: "List scheduling of the ready op that can end first, on the device where it does.",
    paper:
      "Ibarra, Kim: Heuristic algorithms for scheduling independent tasks on nonidentical processors. Journal of the ACM 1977",
    limits:
      "Made for independent tasks: here among the ready ops. Plans for the makespan without contention, whatever the objective.",
  },
  pool: anyDevice,
  method: listMethod(schedule),
});
