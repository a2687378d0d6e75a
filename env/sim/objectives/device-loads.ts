/**
 * The load of each device under an objective that is a formula of loads, split into compute and
 * transfers. Under max-load the score is in max-load.ts; a test holds that the largest load here is
 * the value there. Under cost a load is the time of one batch on a device of its stage, where
 * computing and transfers overlap.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import { asPlacement, type Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { pipelinePrices, unitTimesUs } from "./provisioning/pipeline-price.ts";
import { pricedChain } from "./provisioning/priced-chain.ts";

export interface DeviceLoads {
  readonly computeUs: Float64Array;
  readonly transferUs: Float64Array;
  /** What the device is charged: the sum, or under cost the larger one. */
  readonly loadUs: Float64Array;
}

export function deviceLoads(scenario: Scenario, plan: Plan): DeviceLoads {
  if (plan.kind === "pipeline") return rentedLoads(scenario, plan);
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

function rentedLoads(scenario: Scenario, plan: PipelinePlan): DeviceLoads {
  const chain = pricedChain(scenario);
  return unitTimesUs(chain, plan, pipelinePrices(scenario, chain)(plan), scenario.cluster.devices.length);
}
