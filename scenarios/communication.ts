/**
 * How much a scenario communicates: the time of all transfers over the time of all ops, where each
 * edge is sent once. This share decides how hard a placement is, more than the size of the graph.
 * `?comm=50` in a URI sets it to half.
 *
 * The time of an op is its mean over the cluster's accelerators, or over all devices where no
 * accelerator runs it. The time of a transfer is its mean over all ordered pairs of accelerators.
 * Control edges carry nothing and take no time.
 */
import { type Cluster, isCpu } from "../env/model/cluster/cluster.ts";
import { runTimesUs } from "../env/model/cluster/speed.ts";
import { InputError } from "../env/model/errors.ts";
import { CONTROL, type OpGraph } from "../env/model/graph/graph.ts";
import type { Scenario } from "../env/model/scenario.ts";

interface TransferCost {
  readonly usPerByte: number;
  readonly latencyUs: number;
}

/** Time of all transfers over time of all ops; 0 where the cluster has nothing to send to. */
export function communicationShare({ graph, cluster }: Pick<Scenario, "graph" | "cluster">): number {
  const cost = meanTransfer(cluster);
  const transfersUs = sentBytes(graph) * cost.usPerByte + sentEdges(graph) * cost.latencyUs;
  return transfersUs / computeUs(graph, cluster);
}

/**
 * The graph with all outputs scaled by one factor, so that it communicates the given share on the
 * cluster.
 */
export function withCommunication(graph: OpGraph, cluster: Cluster, share: number): OpGraph {
  const cost = meanTransfer(cluster);
  const bytesUs = sentBytes(graph) * cost.usPerByte;
  if (bytesUs === 0)
    throw new InputError(
      `The communication of a scenario cannot be set where nothing is sent: ${graph.edgeCount} edges on cluster "${cluster.name}".`,
    );
  const latenciesUs = sentEdges(graph) * cost.latencyUs;
  const wantedUs = share * computeUs(graph, cluster);
  if (wantedUs <= latenciesUs)
    throw new InputError(
      `The communication is ${percent(share)} of the compute time, expected more than ${percent((latenciesUs / wantedUs) * share)}: the latencies of cluster "${cluster.name}" alone take that long.`,
    );
  const factor = (wantedUs - latenciesUs) / bytesUs;
  const scaled = (bytes: Float64Array) => bytes.map((size) => Math.round(size * factor));
  return { ...graph, outputBytes: scaled(graph.outputBytes), edgeBytes: scaled(graph.edgeBytes) };
}

const percent = (share: number): string => `${Math.ceil(1000 * share) / 10}%`;

const sentBytes = ({ edgeBytes }: OpGraph): number => edgeBytes.reduce((sum, bytes) => sum + bytes, 0);
const sentEdges = ({ edgeOutput }: OpGraph): number => edgeOutput.filter((port) => port !== CONTROL).length;

function computeUs(graph: OpGraph, cluster: Cluster): number {
  const times = runTimesUs(graph, cluster);
  const { devices } = cluster;
  const mean = (us: readonly number[]) => us.reduce((sum, time) => sum + time, 0) / us.length;
  let total = 0;
  for (let v = 0; v < graph.opCount; v++) {
    const row = devices.map((_, d) => times[v * devices.length + d]);
    const fast = row.filter((us, d) => us < Number.POSITIVE_INFINITY && !isCpu(devices[d]));
    total += mean(fast.length > 0 ? fast : row.filter((us) => us < Number.POSITIVE_INFINITY));
  }
  return total;
}

function meanTransfer({ devices, links, routes, routing }: Cluster): TransferCost {
  const numbers = devices.map((_, d) => d);
  const accelerators = numbers.filter((d) => !isCpu(devices[d]));
  const ends = accelerators.length > 1 ? accelerators : numbers;
  let [usPerByte, latencyUs, pairs] = [0, 0, 0];
  for (const from of ends)
    for (const to of ends) {
      if (from === to) continue;
      const crossed = routes[from][to].map((link) => links[link]);
      const perByte = crossed.map(({ bytesPerUs }) => 1 / bytesPerUs);
      usPerByte +=
        routing === "cut-through" ? Math.max(...perByte) : perByte.reduce((sum, us) => sum + us, 0);
      latencyUs += crossed.reduce((sum, link) => sum + link.latencyUs, 0);
      pairs++;
    }
  return pairs === 0
    ? { usPerByte: 0, latencyUs: 0 }
    : { usPerByte: usPerByte / pairs, latencyUs: latencyUs / pairs };
}
