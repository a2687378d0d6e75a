/**
 * The specification of the max-load objective: the formula written out, device by device, with
 * sets. Twin: objectives/max-load.ts.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import { dataEdges } from "./data-edges.ts";

export function referenceMaxLoadUs(scenario: Scenario, device: ArrayLike<number>): number {
  const { graph, cluster } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const edges = dataEdges(scenario);
  const ops = Array.from({ length: graph.opCount }, (_, v) => v);
  const loadsUs = cluster.devices.map((machine, d) => {
    const own = ops.filter((v) => device[v] === d);
    const computeUs = own.reduce((sum, v) => sum + runUs[v * cluster.devices.length + d], 0);
    if (isCpu(machine)) return computeUs;
    const sent = new Set(edges.filter(({ u, v }) => device[u] === d && device[v] !== d).map(({ u }) => u));
    const received = new Set(
      edges.filter(({ u, v }) => device[u] !== d && device[v] === d).map(({ u }) => u),
    );
    return [...sent, ...received].reduce((sum, u) => sum + transferUs[u], computeUs);
  });
  return Math.max(...loadsUs);
}
