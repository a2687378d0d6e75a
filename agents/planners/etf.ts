/** ETF as a planner (Hwang, Chow, Anger, Lee, SIAM J. Computing 1989); the scheduler itself is agents/search/etf.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { etf as schedule } from "../search/etf.ts";
import { listMethod, planByList, variantsOption } from "../search/list-plan.ts";

const options = z.strictObject({
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe(
      "Devices to schedule on; ETF ignores speed, so all lets a slow CPU take every op it can start first.",
    ),
  variants: variantsOption,
});

export const etf: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "etf",
    name: "ETF",
    summary: "List scheduling that always takes the ready op and device that can start first.",
    searchSpace: "device per group, and the order of the ops",
    paper:
      "Hwang, Chow, Anger, Lee: Scheduling precedence graphs with communication times. SIAM J. Computing 1989",
    limits:
      "Made for equal devices, so the CPU is left to groups that need it unless pool=all; plans for the makespan without " +
      "contention. Beyond the paper: whole groups, and longer delays where transfers queue; variants=plain leaves those out.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, listMethod(schedule), variants),
  }),
};
