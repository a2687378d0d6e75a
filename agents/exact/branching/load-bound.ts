/**
 * What a partial placement proves about the max load of every completion. It is the largest of:
 *
 *   - the load of each device: its placed work and the transfers to and from placed neighbours on
 *     other devices;
 *   - the weighted bound on all work (device-work.ts);
 *   - for each group that is not placed, the least load of a device that takes it.
 *
 * The formula is that of env/sim/objectives/max-load.ts.
 */

import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { roundingFor } from "../../../env/sim/bounds/best.ts";
import type { PartialBound } from "./branch-and-bound.ts";
import { deviceWork } from "./device-work.ts";

export function partialMaxLoad(scenario: Scenario): PartialBound {
  const { graph, cluster, grouping } = scenario;
  const { groupOf, groupCount } = grouping;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const roundedDown = roundingFor(runUs, transferUs);
  const pays = Float64Array.from(cluster.devices, (device) => (isCpu(device) ? 0 : 1));
  const consumers = dataConsumers(scenario);
  const work = deviceWork(scenario, runUs);
  const paidUs = new Float64Array(deviceCount);
  const receivedFrom = new Int32Array(deviceCount);

  const chargeTransfers = (groupDevice: Int32Array): void => {
    paidUs.fill(0);
    receivedFrom.fill(-1);
    for (let u = 0; u < graph.opCount; u++) {
      const home = groupDevice[groupOf[u]];
      if (home === -1) continue;
      let leaves = 0;
      for (let i = consumers.start[u]; i < consumers.start[u + 1]; i++) {
        const to = groupDevice[groupOf[consumers.op[i]]];
        if (to === home || to === -1) continue;
        leaves = 1;
        if (receivedFrom[to] === u) continue;
        receivedFrom[to] = u;
        paidUs[to] += pays[to] * transferUs[u];
      }
      paidUs[home] += leaves * pays[home] * transferUs[u];
    }
  };
  return (groupDevice) => {
    let us = work.leastUs(groupDevice);
    chargeTransfers(groupDevice);
    for (let g = 0; g < groupCount; g++) {
      const own = groupDevice[g];
      let least = Number.POSITIVE_INFINITY;
      for (let d = 0; own === -1 && d < deviceCount; d++)
        least = Math.min(least, work.withGroupUs(g, d) + paidUs[d]);
      if (own !== -1) least = work.loadUs(own) + paidUs[own];
      us = Math.max(us, least);
    }
    return roundedDown(us);
  };
}
