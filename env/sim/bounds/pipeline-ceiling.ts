/**
 * An upper limit on the time of a batch of every placement and pipeline. It is the sum of all times
 * that their tasks and transfers could take, each on its slowest device or route.
 *
 * With M micro-batches on n devices an op runs in at most M x n pieces, twice where it is computed
 * again. Each piece pays what a smaller batch does not shorten. Updates may come after every
 * micro-batch, and so may sums of gradients.
 */
import type { Cluster } from "../../model/cluster/cluster.ts";
import { routeKinds } from "../../model/cluster/route-kinds.ts";
import { opClasses } from "../../model/graph/op-classes.ts";
import { microBatchLimit } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { opTimes } from "../lower/costs/unit-times.ts";

/** Forward and recomputation of a forward op are at most two runs of it. */
const RUNS = 2;
/** Between stages, to the host and back. */
const TRIPS = 3;
/** Rings inside machines and across them, and a broadcast: 2 + 2 + 1 times the bytes by member. */
const SUM_TRIPS = 5;
/** The same sums are added in another order. */
const ROUNDING = 1e-9;

export function pipelineCeilingUs(scenario: Scenario): number {
  const { graph, cluster, fidelity } = scenario;
  const deviceCount = cluster.devices.length;
  const { usPerByte, latencyUs } = slowestRoute(cluster, fidelity.transferGapUs);
  const { fixedPort } = opClasses(graph);
  const pieces = microBatchLimit(graph) * deviceCount;
  let totalUs = fidelity.startUs + opsUs(scenario, pieces);
  /** Transfers of one parcel, or messages of one sum, are at most so many for each piece. */
  const hopsUs = pieces * 2 * (deviceCount + 1) * latencyUs;
  for (let e = 0; e < graph.edgeCount; e++) {
    const u = graph.edgeSource[e];
    const first = graph.outputStart[u];
    const port = first + Math.max(0, graph.edgeOutput[e]);
    const bytes = port < graph.outputStart[u + 1] ? graph.outputBytes[port] : 0;
    const times = fixedPort[port] === 1 ? SUM_TRIPS * pieces : TRIPS;
    totalUs += times * bytes * usPerByte + TRIPS * hopsUs;
  }
  for (const bytes of graph.parameterBytes)
    if (bytes > 0) totalUs += SUM_TRIPS * pieces * bytes * usPerByte + SUM_TRIPS * hopsUs;
  return Math.max(totalUs * (1 + ROUNDING), Number.MIN_VALUE);
}

function opsUs(scenario: Scenario, pieces: number): number {
  const { graph, cluster, fidelity } = scenario;
  const deviceCount = cluster.devices.length;
  const times = opTimes(scenario);
  let totalUs = 0;
  for (let v = 0; v < graph.opCount; v++) {
    let slowestUs = 0;
    let fixedUs = 0;
    for (let at = v * deviceCount; at < (v + 1) * deviceCount; at++) {
      if (times.runUs[at] === Number.POSITIVE_INFINITY) continue;
      slowestUs = Math.max(slowestUs, times.runUs[at]);
      fixedUs = Math.max(fixedUs, times.fixedUs[at]);
    }
    totalUs += RUNS * (slowestUs + pieces * (fixedUs + fidelity.opGapUs));
  }
  return totalUs;
}

/** Times of a byte and of a message on the slowest route, us. */
export function slowestRoute(cluster: Cluster, gapUs: number) {
  let usPerByte = 0;
  let latencyUs = 0;
  for (const route of routeKinds(cluster)) {
    let byteUs = 0;
    let delayUs = 0;
    for (const link of route) {
      byteUs += 1 / cluster.links[link].bytesPerUs;
      delayUs += cluster.links[link].latencyUs + gapUs;
    }
    usPerByte = Math.max(usPerByte, byteUs);
    latencyUs = Math.max(latencyUs, delayUs);
  }
  return { usPerByte, latencyUs };
}
