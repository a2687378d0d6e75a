/** m-ETF as a planner (Jeon et al., Baechi, SoCC 2020); the scheduler itself is agents/search/m-etf.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { listMethod, planByList, variantsOption } from "../search/list-plan.ts";
import { mEtf as schedule } from "../search/m-etf.ts";

const options = z.strictObject({
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe("Devices to schedule on; made for equal devices, so CPUs are left out unless asked for."),
  variants: variantsOption,
});

export const mEtf: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "m-etf",
    name: "m-ETF",
    summary: "ETF with memory limits where each device has one channel for all that it sends and receives.",
    searchSpace: "device per group, and the order of the ops",
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "Reserves memory for whole groups, where Baechi follows it op by op; latency does not keep the channel; without Baechi's fusion of groups. With variants=ordered its estimate is the value under network=half-duplex, to the last bit.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, { ...listMethod(schedule), slowdowns: [] }, variants),
  }),
};
