/**
 * An upper limit on the time of a batch of every placement and pipeline: the sum of all times that
 * any of its tasks and transfers could take, each on its slowest device or route.
 */
import { runTimesUs } from "../../model/cluster/speed.ts";
import { MOST_MICRO_BATCHES } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";

/** Forward, backward and recomputation of a forward op are at most two runs of each op. */
const RUNS = 2;
/** There and back by the host, between stages, and twice around the ring of a collective. */
const TRIPS = 5;

export function pipelineCeilingUs({ graph, cluster, fidelity }: Scenario): number {
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const launchUs = Math.max(...cluster.devices.map((device) => device.launchUs)) + fidelity.opGapUs;
  const { usPerByte, latencyUs } = slowestRoute(cluster, fidelity.transferGapUs);
  const pieces = MOST_MICRO_BATCHES * deviceCount;
  let totalUs = fidelity.startUs;
  for (let v = 0; v < graph.opCount; v++) {
    let slowestUs = 0;
    for (let d = 0; d < deviceCount; d++) {
      const us = runUs[v * deviceCount + d];
      if (us !== Number.POSITIVE_INFINITY) slowestUs = Math.max(slowestUs, us);
    }
    totalUs += RUNS * (slowestUs * deviceCount + pieces * launchUs);
  }
  for (let e = 0; e < graph.edgeCount; e++)
    totalUs += TRIPS * deviceCount * (graph.edgeBytes[e] * usPerByte + pieces * latencyUs);
  return Math.max(totalUs, Number.MIN_VALUE);
}

function slowestRoute({ routes, links }: Scenario["cluster"], gapUs: number) {
  let usPerByte = 0;
  let latencyUs = 0;
  for (const route of routes.flat()) {
    usPerByte = Math.max(
      usPerByte,
      route.reduce((sum, link) => sum + 1 / links[link].bytesPerUs, 0),
    );
    latencyUs = Math.max(
      latencyUs,
      route.reduce((sum, link) => sum + links[link].latencyUs + gapUs, 0),
    );
  }
  return { usPerByte, latencyUs };
}
