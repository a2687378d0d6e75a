/** CPOP as a planner (Topcuoglu, Hariri, Wu, IEEE TPDS 2002); the scheduler itself is agents/search/cpop.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { cpop as schedule } from "../search/cpop.ts";
import { listMethod, planByList, variantsOption } from "../search/list-plan.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("all").describe("Devices to schedule on; accelerators leaves out CPUs."),
  variants: variantsOption,
});

export const cpop: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "cpop",
    name: "CPOP",
    summary:
      "List scheduling with the critical path on one device: its ops go where the whole path is fastest, others where they end first.",
    searchSpace: "device per group, and the order of the ops",
    paper: "Topcuoglu, Hariri, Wu: Performance-effective and low-complexity task scheduling. IEEE TPDS 2002",
    limits:
      "Plans for the makespan without contention, whatever the objective; an op of the path whose group has no room on its device goes elsewhere.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, listMethod(schedule), variants),
  }),
};
