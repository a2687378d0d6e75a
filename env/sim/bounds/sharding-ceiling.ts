/**
 * An upper limit on the time of a batch of every sharding plan. It is the sum of all times that its
 * tasks and messages could take, each on its slowest device or route.
 *
 * On n devices an op runs at most n times, whole. A tensor goes at most to each use, into a layout
 * of its own and through one of another shape. No way is dearer than to sum all at once, gather all
 * and slice. A rank then sends at most twice the tensor for the sum, and twice with padding for
 * each of two gathers. A collective among n has at most 2 n (n - 1) messages. Forward ops run at
 * most twice, and what they read and make goes as often. Two trips are left for the host's memory,
 * there and back.
 */
import { CONTROL, type OpGraph, Role } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import { opTimes } from "../lower/costs/unit-times.ts";
import { slowestRoute } from "./pipeline-ceiling.ts";

/** Times that a rank may send a tensor for one use. */
export const MOST_TRIPS = 8;
/** Steps for one use by axes of the mesh: sums, gathers, two shapes. */
export const MOST_STEPS = 4;
const ROUNDING = 1e-9;

export function shardingCeilingUs(scenario: Scenario): number {
  const { graph, cluster, fidelity } = scenario;
  const count = cluster.devices.length;
  const { usPerByte, latencyUs } = slowestRoute(cluster, fidelity.transferGapUs);
  const axes = Math.ceil(Math.log2(count)) + 1;
  const hopsUs = MOST_STEPS * axes * 2 * count * count * latencyUs;
  const useUs = (bytes: number): number => MOST_TRIPS * count * bytes * usPerByte + hopsUs;
  let totalUs = fidelity.startUs + count * opsUs(scenario);
  for (let e = 0; e < graph.edgeCount; e++) {
    if (graph.edgeOutput[e] === CONTROL) continue;
    const output = graph.outputStart[graph.edgeSource[e]] + graph.edgeOutput[e];
    totalUs += mostRuns(graph, graph.edgeDestination[e]) * useUs(graph.outputBytes[output]);
  }
  for (let v = 0; v < graph.opCount; v++) {
    for (let output = graph.outputStart[v]; output < graph.outputStart[v + 1]; output++)
      totalUs += mostRuns(graph, v) * useUs(graph.outputBytes[output]);
    const reads = (graph.iterations?.[v]?.parameters ?? []).length;
    if (reads === 0) continue;
    const owner = graph.parameterBytes[v] > 0 || graph.twin[v] === -1 ? v : graph.twin[v];
    // To read them in each run, and to store new ones.
    totalUs += (1 + mostRuns(graph, v)) * (useUs(graph.parameterBytes[owner]) + reads * hopsUs);
  }
  return Math.max(totalUs * (1 + ROUNDING), Number.MIN_VALUE);
}

/** Forward ops may be recomputed. */
const mostRuns = ({ role }: OpGraph, v: number): number => (role[v] === Role.forward ? 2 : 1);

/** Every run of every op on its slowest device. */
function opsUs(scenario: Scenario): number {
  const { graph, cluster, fidelity } = scenario;
  const { runUs } = opTimes(scenario);
  const count = cluster.devices.length;
  let totalUs = 0;
  for (let v = 0; v < graph.opCount; v++) {
    let slowestUs = 0;
    for (let at = v * count; at < (v + 1) * count; at++)
      if (runUs[at] !== Number.POSITIVE_INFINITY) slowestUs = Math.max(slowestUs, runUs[at]);
    totalUs += mostRuns(graph, v) * (slowestUs + fidelity.opGapUs);
  }
  return totalUs;
}
