/** Makes a scenario: checks that its parts fit together, and names what does not fit. */
import { type Cluster, validateCluster } from "./cluster/cluster.ts";
import { InputError } from "./errors.ts";
import type { Fidelity } from "./fidelity/fidelity.ts";
import { ANY_KIND } from "./graph/graph.ts";
import { checkMagnitudes } from "./magnitudes.ts";
import { allowedDevices, type Scenario, type ScenarioMeta } from "./scenario.ts";

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
