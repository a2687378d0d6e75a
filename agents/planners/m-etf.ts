/** m-ETF as a planner (Jeon et al., Baechi, SoCC 2020); the scheduler itself is agents/search/m-etf.ts. */
import { listMethod } from "../search/list-plan.ts";
import { equalDevices, listPlanner } from "../search/list-planner.ts";
import { mEtf as schedule } from "../search/m-etf.ts";

export const mEtf = listPlanner({
  card: {
    id: "m-etf",
    name: "m-ETF",
    summary: "ETF with memory limits where each device has one channel for all that it sends and receives.",
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "Reserves memory for whole groups, where Baechi follows it op by op; latency does not keep the channel; without Baechi's fusion of groups. With variants=ordered its estimate is the value under network=half-duplex, to the last bit.",
  },
  pool: equalDevices,
  method: { ...listMethod(schedule), slowdowns: [] },
});
