/**
 * A placement problem as a graph for METIS and Scotch, by the recipe of Tarnawski et al. (NeurIPS
 * 2020) for their Scotch row. A vertex is a co-location class; it weighs its time on an
 * accelerator. An edge weighs the transfers both ways: each output once for each class that reads
 * it. Times become whole numbers of nanoseconds (the recipe's millionths of a ms), so that sums are
 * exact.
 *
 * Classes that only the host runs are no vertices. Accelerators of several kinds get shares of the
 * weight in proportion to their speed on the whole graph.
 */
import { dataConsumers, transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { Choices } from "../../problems/choices.ts";
import { type WeightedGraph, weightedGraph } from "./weighted-graph.ts";

export interface PlacementGraph {
  readonly graph: WeightedGraph;
  /** Group of each vertex. */
  readonly group: Int32Array;
  /** Share of the weight for each device of the pool; they sum to 1. */
  readonly share: Float64Array;
}

const UNITS_PER_US = 1000;

export function placementGraph(choices: Choices): PlacementGraph {
  const { devices, legal } = choices;
  const group = Int32Array.from(legal.keys()).filter((g) => devices.includes(legal[g][0]));
  const vertexOf = new Int32Array(legal.length).fill(-1);
  group.forEach((g, v) => {
    vertexOf[g] = v;
  });
  const timeUs = groupTimesUs(choices);
  const edges = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  forEachTransfer(choices, (from, to, us) => {
    if (vertexOf[from] === -1 || vertexOf[to] === -1) return;
    edges.from.push(vertexOf[from]);
    edges.to.push(vertexOf[to]);
    edges.weight.push(Math.floor(us * UNITS_PER_US));
  });
  const weight = Float64Array.from(group, (g) => Math.floor(meanUs(choices, timeUs, g) * UNITS_PER_US));
  return { graph: weightedGraph(weight, edges), group, share: sharesBySpeed(choices, timeUs, group) };
}

/** Run time of each group on each device, shape [groups x devices]. */
function groupTimesUs({ scenario, deviceCount, groupCount }: Choices): Float64Array {
  const { graph, cluster, grouping } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const timeUs = new Float64Array(groupCount * deviceCount);
  for (let v = 0; v < graph.opCount; v++)
    for (let d = 0; d < deviceCount; d++)
      timeUs[grouping.groupOf[v] * deviceCount + d] += runUs[v * deviceCount + d];
  return timeUs;
}

/** Mean time of the group over the devices of the pool that run it. */
function meanUs({ legal, deviceCount }: Choices, timeUs: Float64Array, g: number): number {
  return legal[g].reduce((sum, d) => sum + timeUs[g * deviceCount + d], 0) / legal[g].length;
}

function sharesBySpeed({ devices, deviceCount, legal }: Choices, timeUs: Float64Array, group: Int32Array) {
  const everywhere = group.filter((g) => legal[g].length === devices.length);
  const perUs = Float64Array.from(devices, (d) => {
    const us = everywhere.reduce((sum, g) => sum + timeUs[g * deviceCount + d], 0);
    return us > 0 ? 1 / us : 1;
  });
  const total = perUs.reduce((sum, speed) => sum + speed, 0);
  return perUs.map((speed) => speed / total);
}

/** Each op's output, once for each other group that reads it. */
function forEachTransfer({ scenario }: Choices, visit: (from: number, to: number, us: number) => void): void {
  const { graph, cluster, grouping } = scenario;
  const transferUs = transferTimesUs(graph, cluster);
  const consumers = dataConsumers(scenario);
  const sentFor = new Int32Array(grouping.groupCount).fill(-1);
  for (let u = 0; u < graph.opCount; u++) {
    const from = grouping.groupOf[u];
    for (let i = consumers.start[u]; i < consumers.start[u + 1]; i++) {
      const to = grouping.groupOf[consumers.op[i]];
      if (to === from || sentFor[to] === u) continue;
      sentFor[to] = u;
      visit(from, to, transferUs[u]);
    }
  }
}
