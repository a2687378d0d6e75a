/**
 * Transfers as dnn-partitioning counts them (Tarnawski et al., NeurIPS 2020), for the max-load and
 * latency objectives. An op's whole output moves between an accelerator and the host. Its time does
 * not depend on the receiver.
 */

import { CONTROL, type OpGraph } from "../graph/graph.ts";
import type { Cluster } from "./cluster.ts";

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

/** What a scenario says about which edges carry data. */
export interface DataEdges {
  readonly graph: OpGraph;
  /** Whether a control edge across devices moves bytes; see `Fidelity`. */
  readonly fidelity: { readonly controlEdges: "free" | "output-0" };
}

/** The distinct consumers of each op's data: op[start[u] .. start[u + 1]). */
export function dataConsumers({ graph, fidelity }: DataEdges): { start: Int32Array; op: Int32Array } {
  const start = new Int32Array(graph.opCount + 1);
  const op: number[] = [];
  for (let u = 0; u < graph.opCount; u++) {
    const destinations = new Set<number>();
    for (let i = graph.outStart[u]; i < graph.outStart[u + 1]; i++) {
      const e = graph.outEdge[i];
      if (graph.edgeOutput[e] === CONTROL && fidelity.controlEdges === "free") continue;
      destinations.add(graph.edgeDestination[e]);
    }
    op.push(...destinations);
    start[u + 1] = op.length;
  }
  return { start, op: Int32Array.from(op) };
}

/** The lists reversed, from consumers to producers: for each op, the ops in whose list it is. */
export function reversed(
  { start, op }: { readonly start: Int32Array; readonly op: Int32Array },
  opCount: number,
): { start: Int32Array; op: Int32Array } {
  const from = new Int32Array(opCount + 1);
  for (const v of op) from[v + 1]++;
  for (let v = 0; v < opCount; v++) from[v + 1] += from[v];
  const next = from.slice(0, opCount);
  const source = new Int32Array(op.length);
  for (let u = 0; u < opCount; u++) for (let i = start[u]; i < start[u + 1]; i++) source[next[op[i]]++] = u;
  return { start: from, op: source };
}
