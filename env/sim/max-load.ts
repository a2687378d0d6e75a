/**
 * The max-load objective: the time per sample of a full pipeline, after "Efficient Algorithms for Device Placement of DNN
 * Graph Operators" (Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino; NeurIPS 2020). The value is the largest load
 * of any device in us, where
 *
 *   load(accelerator) = run times of its ops
 *                     + transfer time of each of its ops that an op elsewhere uses, once
 *                     + transfer time of each op elsewhere that an op here uses, once
 *   load(CPU)         = run times of its ops: transfers go through host memory and are the accelerators' to pay.
 *
 * A device is a CPU where its kind is "cpu" in any case of letters, whatever memory it has; all others are accelerators.
 * An op's transfer time is its measured `transferUs`, else the bytes of all its outputs over the slowest link of the cluster.
 * A control edge moves nothing, unless the fidelity says that control edges cost a transfer. An accelerator whose ops have
 * more parameter bytes than its memory makes the plan infeasible; CPUs have no limit here.
 */
import type { Cluster, Device } from "../model/cluster.ts";
import { CONTROL, type OpGraph } from "../model/graph.ts";
import { type Plan, validatePlan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { runTimesUs } from "../model/speed.ts";
import type { Bound, Evaluator, Outcome, Violation } from "./evaluator.ts";
import { penalisedCost } from "./makespan.ts";
import { movedPlan } from "./move.ts";
import { workBoundOnDevices } from "./work-bound.ts";

export const isCpu = (device: Device): boolean => device.kind.toLowerCase() === "cpu";

export function createMaxLoadEvaluator(scenario: Scenario): Evaluator {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const pays = Uint8Array.from(cluster.devices, (device) => (isCpu(device) ? 0 : 1));
  const limitBytes = Float64Array.from(cluster.devices, (device) =>
    isCpu(device) ? Number.POSITIVE_INFINITY : device.memoryBytes,
  );
  const consumers = dataConsumers(scenario);
  const ceiling = ceilingUs(graph, runUs, transferUs, deviceCount);
  const load = new Float64Array(deviceCount);
  const receivedFrom = new Int32Array(deviceCount);
  let bound: Bound | null = null;

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

  const evaluate = (plan: Plan): Outcome => {
    validatePlan(scenario, plan);
    const peakBytes = new Float64Array(deviceCount);
    for (let v = 0; v < graph.opCount; v++) peakBytes[plan.device[v]] += graph.parameterBytes[v];
    const violation = worstViolation(peakBytes, limitBytes);
    if (violation !== null) {
      const cost = penalisedCost(ceiling, violation);
      return { feasible: false, value: null, cost, violation, peakBytes };
    }
    const value = largestLoadUs(plan.device);
    return { feasible: true, value, cost: value, violation: null, peakBytes };
  };

  return {
    scenario,
    unit: "us",
    ceiling,
    evaluate,
    batch: (plans) => plans.map(evaluate),
    move: (plan, group, device) => evaluate(movedPlan(scenario, plan, group, device)),
    bound() {
      bound ??= maxLoadBound(scenario);
      return bound;
    },
  };
}

/** Time in us to move each op's whole output between a device and the host, shape [opCount]. */
export function transferTimesUs(graph: OpGraph, cluster: Cluster): Float64Array {
  const slowest = cluster.links.reduce((least, link) => Math.min(least, link.bytesPerUs), Infinity);
  return Float64Array.from({ length: graph.opCount }, (_, v) => {
    const measured = graph.transferUs?.[v] ?? Number.NaN;
    if (!Number.isNaN(measured)) return measured;
    let bytes = 0;
    for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
      bytes += graph.outputBytes[port];
    return bytes / slowest;
  });
}

/** The distinct consumers of each op's data: op[start[u] .. start[u + 1]). */
export function dataConsumers({ graph, fidelity }: Scenario): { start: Int32Array; op: Int32Array } {
  const start = new Int32Array(graph.opCount + 1);
  const op: number[] = [];
  for (let u = 0; u < graph.opCount; u++) {
    const seen = new Set<number>();
    for (let i = graph.outStart[u]; i < graph.outStart[u + 1]; i++) {
      const e = graph.outEdge[i];
      if (graph.edgeOutput[e] === CONTROL && fidelity.controlEdges === "free") continue;
      seen.add(graph.edgeDestination[e]);
    }
    op.push(...seen);
    start[u + 1] = op.length;
  }
  return { start, op: Int32Array.from(op) };
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

function worstViolation(peakBytes: Float64Array, limitBytes: Float64Array): Violation | null {
  let worst: Violation | null = null;
  for (let d = 0; d < peakBytes.length; d++) {
    const excessBytes = peakBytes[d] - limitBytes[d];
    if (excessBytes <= (worst?.excessBytes ?? 0)) continue;
    worst = { device: d, peakBytes: peakBytes[d], limitBytes: limitBytes[d], excessBytes, op: -1 };
  }
  return worst;
}

/**
 * The larger of two bounds that ignore transfers and memory: the work spread evenly over the devices as if it could be
 * divided, and the one co-location class that takes longest on its fastest device.
 */
function maxLoadBound({ graph, cluster }: Scenario): Bound {
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  let classes = graph.colocationCount;
  const classOf = graph.colocation.map((c) => (c === -1 ? classes++ : c));
  const classUs = new Float64Array(classes * deviceCount);
  for (let v = 0; v < graph.opCount; v++)
    for (let d = 0; d < deviceCount; d++) classUs[classOf[v] * deviceCount + d] += runUs[v * deviceCount + d];

  const spreadUs = workBoundOnDevices(classUs, deviceCount);
  let longestUs = 0;
  for (let i = 0; i < classUs.length; i += deviceCount)
    longestUs = Math.max(longestUs, Math.min(...classUs.subarray(i, i + deviceCount)));
  return longestUs > spreadUs
    ? { value: longestUs, argument: "longest co-location class on its fastest device" }
    : { value: spreadUs, argument: "all work divided over all devices" };
}
