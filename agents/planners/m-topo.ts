/** m-TOPO as a planner (Jeon et al., Baechi, SoCC 2020); the scheduler itself is agents/search/m-topo.ts. */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf, pools } from "../search/choices.ts";
import { outputSharesUpwards, planByList, variantsOption } from "../search/list-plan.ts";
import { mTopo as schedule } from "../search/m-topo.ts";

/** Balance is of all that an op keeps; where that does not fit, of ever less of its outputs. */
const outputShares = [...outputSharesUpwards].reverse();

const options = z.strictObject({
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe("Devices to schedule on; made for equal devices, so CPUs are left out unless asked for."),
  variants: variantsOption,
});

export const mTopo: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "m-topo",
    name: "m-TOPO",
    summary:
      "Fills one device after the other in topological order, each up to an equal share of the memory and the largest group.",
    searchSpace: "device per group, and the order of the ops",
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "Balances memory alone. Counts weights, optimizer state and outputs, and fewer outputs where those do not fit; a device counts as full at its share even where another order would fit more.",
  },
  options,
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) =>
      planByList(
        choicesOf(scenario, pool),
        evaluator,
        {
          schedule,
          ordering: schedule,
          levels: "ops",
          slowdowns: [],
          outputShares,
        },
        variants,
      ),
  }),
};
