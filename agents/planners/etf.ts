/** ETF as a planner (Hwang, Chow, Anger, Lee, SIAM J. Computing 1989); the scheduler itself is agents/search/etf.ts. */
import { z } from "zod";
import { pools } from "../search/choices.ts";
import { etf as schedule } from "../search/etf.ts";
import { listMethod } from "../search/list-plan.ts";
import { listPlanner } from "../search/list-planner.ts";

export const etf = listPlanner({
  card: {
    id: "etf",
    name: "ETF",
    summary: "List scheduling that always takes the ready op and device that can start first.",
    paper:
      "Hwang, Chow, Anger, Lee: Scheduling precedence graphs with communication times. SIAM J. Computing 1989",
    limits:
      "Made for equal devices, so the CPU is left to groups that need it unless pool=all; plans for the makespan without " +
      "contention. Beyond the paper: whole groups, and longer delays where transfers queue; variants=plain leaves those out.",
  },
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe(
      "Devices to schedule on; ETF ignores speed, so all lets a slow CPU take every op it can start first.",
    ),
  method: listMethod(schedule),
});
