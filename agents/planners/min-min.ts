/** Min-min as a planner (Ibarra and Kim, Journal of the ACM 1977); the scheduler itself is agents/search/min-min.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { listMethod, planByList, variantsOption } from "../search/list-plan.ts";
import { minMin as schedule } from "../search/min-min.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("all").describe("Devices to schedule on; accelerators leaves out CPUs."),
  variants: variantsOption,
});

export const minMin: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "min-min",
    name: "Min-min",
    summary: "List scheduling of the ready op that can end first, on the device where it does.",
    searchSpace: "device per group, and the order of the ops",
    paper:
      "Ibarra, Kim: Heuristic algorithms for scheduling independent tasks on nonidentical processors. Journal of the ACM 1977",
    limits:
      "Made for independent tasks: here among the ready ops. Plans for the makespan without contention, whatever the objective.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, listMethod(schedule), variants),
  }),
};
