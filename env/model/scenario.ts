/**
 * `Scenario`: everything a score depends on. A graph, which ops move together, a cluster, an
 * objective and the named fidelity of the simulator; beside them, outside the hash, where it all
 * came from.
 */

import type { Cluster } from "./cluster/cluster.ts";
import { validateCluster } from "./cluster/cluster.ts";
import type { Grouping } from "./coarsen/grouping.ts";
import { InputError } from "./errors.ts";
import type { Fidelity } from "./fidelity/fidelity.ts";
import { ANY_KIND, type OpGraph } from "./graph/graph.ts";
import { checkMagnitudes } from "./graph/magnitudes.ts";

/**
 * - `makespan`: time of one training step in us, by the event engine;
 * - `max-load`: largest load of any device in us, the throughput objective of dnn-partitioning
 *   (NeurIPS 2020);
 * - `latency`: time of one sample from end to end in us, the other objective of dnn-partitioning;
 * - `peak-memory`: largest peak of any device in bytes, by the event engine.
 */
export const objectives = ["makespan", "max-load", "latency", "peak-memory"] as const;
export type Objective = (typeof objectives)[number];

export interface ScenarioMeta {
  readonly source?: string;
  readonly licence?: string;
  readonly split?: "train" | "validation" | "test";
  readonly note?: string;
}

export interface Scenario {
  /** URI or file name by which people know it. */
  readonly name: string;
  readonly graph: OpGraph;
  readonly grouping: Grouping;
  readonly cluster: Cluster;
  readonly objective: Objective;
  readonly fidelity: Fidelity;
  readonly meta: ScenarioMeta;
}

/**
 * Checks that the parts fit together: grouping, cluster, and for every group a device that can run
 * it.
 */
export function createScenario(parts: Omit<Scenario, "meta"> & { readonly meta?: ScenarioMeta }): Scenario {
  const fidelity = routedAs(parts.cluster, parts.fidelity);
  const scenario: Scenario = { ...parts, fidelity, meta: parts.meta ?? {} };
  const { graph, grouping } = scenario;
  validateCluster(scenario.cluster);
  if (grouping.groupOf.length !== graph.opCount)
    throw new InputError(
      `Scenario "${scenario.name}": the grouping covers ${grouping.groupOf.length} ops, the graph has ${graph.opCount}.`,
    );
  checkColocation(scenario);
  checkTimes(scenario);
  checkMagnitudes(scenario);
  const allowed = allowedDevices(scenario);
  const deviceCount = scenario.cluster.devices.length;
  for (let g = 0; g < grouping.groupCount; g++) {
    if (allowed.subarray(g * deviceCount, (g + 1) * deviceCount).includes(1)) continue;
    const op = graph.names[grouping.members[grouping.memberStart[g]]];
    throw new InputError(
      `Scenario "${scenario.name}": no device of cluster "${scenario.cluster.name}" can run the group of op "${op}".`,
    );
  }
  return scenario;
}

/** The fidelity with the routing that the cluster's switches have. */
function routedAs({ routing }: Cluster, fidelity: Fidelity): Fidelity {
  if (routing === undefined || routing === fidelity.routing) return fidelity;
  return { ...fidelity, name: `${fidelity.name}, ${routing}`, routing };
}

/**
 * Which device may run which group, shape [groupCount x deviceCount], 1 where every op of the group
 * is supported.
 */
export function allowedDevices({ graph, grouping, cluster }: Scenario): Uint8Array {
  const deviceCount = cluster.devices.length;
  const allowed = new Uint8Array(grouping.groupCount * deviceCount).fill(1);
  for (let v = 0; v < graph.opCount; v++) {
    const kinds = graph.supportedKinds[v];
    if (kinds === null) continue;
    for (let d = 0; d < deviceCount; d++)
      if (!kinds.includes(cluster.devices[d].kind)) allowed[grouping.groupOf[v] * deviceCount + d] = 0;
  }
  return allowed;
}

function checkColocation({ name, graph, grouping }: Scenario): void {
  const groupOfClass = new Int32Array(graph.colocationCount).fill(-1);
  for (let v = 0; v < graph.opCount; v++) {
    const c = graph.colocation[v];
    if (c === -1) continue;
    if (groupOfClass[c] === -1) groupOfClass[c] = grouping.groupOf[v];
    if (groupOfClass[c] !== grouping.groupOf[v])
      throw new InputError(
        `Scenario "${name}": op "${graph.names[v]}" is in another group than the rest of its co-location class.`,
      );
  }
}

/**
 * Every op must have a time on every device that may run it: measured for the kind, or a roofline
 * speed.
 */
function checkTimes({ name, graph, cluster }: Scenario): void {
  for (const device of cluster.devices) {
    if (device.flopsPerUs[graph.dtype] !== undefined) continue;
    for (let v = 0; v < graph.opCount; v++) {
      const kinds = graph.supportedKinds[v];
      if (kinds !== null && !kinds.includes(device.kind)) continue;
      const measured = graph.measuredUs.get(device.kind)?.[v] ?? Number.NaN;
      const anywhere = graph.measuredUs.get(ANY_KIND)?.[v] ?? Number.NaN;
      if (Number.isNaN(measured) && Number.isNaN(anywhere) && graph.flops[v] > 0)
        throw new InputError(
          `Scenario "${name}": device "${device.name}" has no ${graph.dtype} speed and op "${graph.names[v]}" no measured time for ${device.kind}.`,
        );
    }
  }
}
