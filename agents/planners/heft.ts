/** HEFT as a planner (Topcuoglu, Hariri, Wu, TPDS 2002); the scheduler itself is agents/search/heft.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { heft as schedule } from "../search/heft.ts";
import { listMethod, planByList } from "../search/list-plan.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("all").describe("Devices to schedule on; accelerators leaves out CPUs."),
});

export const heft: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "heft",
    name: "HEFT",
    summary: "List scheduling by upward rank: each op goes to the device where it ends first, gaps filled.",
    searchSpace: "device per group, decided op by op",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "Plans for the makespan without contention, whatever the objective; the first op of a group decides for all of it; " +
      "the simulator runs ready ops first come, first served, not in HEFT's order.",
  },
  options,
  create: ({ pool }) => ({
    plan: (scenario, evaluator) => planByList(choicesOf(scenario, pool), evaluator, listMethod(schedule)),
  }),
};
