/**
 * The load of each device under the max-load objective, split into compute and transfers. The score
 * itself is in max-load.ts; a test holds that the largest load here is the value there.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import { asPlacement, type Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";

export interface DeviceLoads {
  readonly computeUs: Float64Array;
  readonly transferUs: Float64Array;
  /** Both together: what the device is charged. */
  readonly loadUs: Float64Array;
}

export function deviceLoads(scenario: Scenario, plan: Plan): DeviceLoads {
  const { device } = asPlacement(plan);
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const moveUs = transferTimesUs(graph, cluster);
  const consumers = dataConsumers(scenario);
  const computeUs = new Float64Array(deviceCount);
  const transferUs = new Float64Array(deviceCount);
  // Added up in the evaluator's order, so that the largest is the value to the last digit.
  const loadUs = new Float64Array(deviceCount);
  for (let v = 0; v < graph.opCount; v++) {
    computeUs[device[v]] += runUs[v * deviceCount + device[v]];
    loadUs[device[v]] += runUs[v * deviceCount + device[v]];
    const users = new Set(
      Array.from(consumers.op.subarray(consumers.start[v], consumers.start[v + 1]), (op) => device[op]),
    );
    users.delete(device[v]);
    if (users.size === 0) continue;
    for (const d of [device[v], ...users]) {
      if (isCpu(cluster.devices[d])) continue;
      transferUs[d] += moveUs[v];
      loadUs[d] += moveUs[v];
    }
  }
  return { computeUs, transferUs, loadUs };
}
