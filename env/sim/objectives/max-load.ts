/**
 * The max-load objective: the time per sample of a full pipeline, after "Efficient Algorithms for
 * Device Placement of DNN Graph Operators" (Tarnawski, Phanishayee, Devanur, Mahajan, Nina
 * Paravecino; NeurIPS 2020). The value is the largest load of any device in us, where
 *
 *   load(accelerator) = run times of its ops
 *                     + transfer time of each of its ops that an op elsewhere uses, once
 *                     + transfer time of each op elsewhere that an op here uses, once
 *   load(CPU)         = run times of its ops: the accelerators pay for all transfers
 *
 * A device is a CPU where its kind is "cpu" in any case of letters, whatever memory it has; all
 * others are accelerators. An op's transfer time is its measured `transferUs`, else the bytes of
 * all its outputs over the slowest link of the cluster. A control edge moves nothing, unless the
 * fidelity says that control edges cost a transfer. Memory: weight-memory.ts.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { OpGraph } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import { maxLoadBounds } from "../bounds/max-load.ts";
import type { Evaluator } from "../evaluator/contract.ts";
import { weightLimitedEvaluator } from "./weight-memory.ts";

export function createMaxLoadEvaluator(scenario: Scenario): Evaluator {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const pays = Uint8Array.from(cluster.devices, (device) => (isCpu(device) ? 0 : 1));
  const consumers = dataConsumers(scenario);
  const load = new Float64Array(deviceCount);
  const receivedFrom = new Int32Array(deviceCount);

  const largestLoadUs = (device: Int32Array): number => {
    load.fill(0);
    receivedFrom.fill(-1);
    for (let u = 0; u < graph.opCount; u++) {
      const home = device[u];
      load[home] += runUs[u * deviceCount + home];
      let leaves = 0;
      for (let i = consumers.start[u]; i < consumers.start[u + 1]; i++) {
        const to = device[consumers.op[i]];
        if (to === home) continue;
        leaves = 1;
        if (receivedFrom[to] === u) continue;
        receivedFrom[to] = u;
        load[to] += pays[to] * transferUs[u];
      }
      load[home] += leaves * pays[home] * transferUs[u];
    }
    return load.reduce((largest, us) => Math.max(largest, us), 0);
  };

  return weightLimitedEvaluator(scenario, {
    valueUs: largestLoadUs,
    ceiling: ceilingUs(graph, runUs, transferUs, deviceCount),
    bounds: () => maxLoadBounds(scenario),
  });
}

/** Everything that one device could ever be charged: each op at its slowest, each transfer once. */
function ceilingUs(graph: OpGraph, runUs: Float64Array, transferUs: Float64Array, devices: number): number {
  let sum = 1;
  for (let v = 0; v < graph.opCount; v++) {
    let slowest = 0;
    for (let d = 0; d < devices; d++) {
      const us = runUs[v * devices + d];
      if (us !== Number.POSITIVE_INFINITY) slowest = Math.max(slowest, us);
    }
    sum += slowest + transferUs[v];
  }
  return sum;
}
