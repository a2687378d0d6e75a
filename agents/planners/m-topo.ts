/** m-TOPO as a planner (Jeon et al., Baechi, SoCC 2020); the scheduler itself is agents/search/m-topo.ts. */
import { outputSharesUpwards } from "../search/list-plan.ts";
import { equalDevices, listPlanner } from "../search/list-planner.ts";
import { mTopo as schedule } from "../search/m-topo.ts";

/** Balance is of all that an op keeps; where that does not fit, of ever less of its outputs. */
const outputShares = [...outputSharesUpwards].reverse();

export const mTopo = listPlanner({
  card: {
    id: "m-topo",
    name: "m-TOPO",
    summary:
      "Fills one device after the other in topological order, each up to an equal share of the memory and the largest group.",
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "Balances memory alone. Counts weights, optimizer state and outputs, and fewer outputs where those do not fit; a device counts as full at its share even where another order would fit more.",
  },
  pool: equalDevices,
  method: { schedule, ordering: schedule, levels: "ops", slowdowns: [], outputShares },
});
