/** Critical path first (highest level first) as a planner; the scheduler itself is agents/search/critical-path-first.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { criticalPathFirst as schedule } from "../search/critical-path-first.ts";
import { listMethod, planByList, variantsOption } from "../search/list-plan.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("all").describe("Devices to schedule on; accelerators leaves out CPUs."),
  variants: variantsOption,
});

export const criticalPathFirst: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "critical-path-first",
    name: "Critical path first",
    summary:
      "List scheduling of the ready op with the most work below it, to the device where it ends first.",
    searchSpace: "device per group, and the order of the ops",
    paper:
      "Adam, Chandy, Dickson: A comparison of list schedules for parallel processing systems. Communications of the ACM 1974",
    limits:
      "Plans for the makespan without contention, whatever the objective; ranks ops by run times alone, transfers count only where an op goes.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, listMethod(schedule), variants),
  }),
};
