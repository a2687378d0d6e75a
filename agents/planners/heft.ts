/** HEFT as a planner (Topcuoglu, Hariri, Wu, TPDS 2002); the scheduler itself is agents/search/heft.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { heft as schedule } from "../search/heft.ts";
import { listMethod, planByList, variantsOption } from "../search/list-plan.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("all").describe("Devices to schedule on; accelerators leaves out CPUs."),
  variants: variantsOption,
});

export const heft: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "heft",
    name: "HEFT",
    summary: "List scheduling by upward rank: each op goes to the device where it ends first, gaps filled.",
    searchSpace: "device per group, and the order of the ops",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "Plans for the makespan without contention, whatever the objective. Beyond the paper: whole groups, and longer delays where " +
      "transfers queue; variants=plain is the paper's schedule, whose first op of a group decides for all of it.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, listMethod(schedule), variants),
  }),
};
