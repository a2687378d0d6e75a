/** Makes a scenario: checks that its parts fit together, and names what does not fit. */
import { allowedDevices } from "./cluster/allowed-devices.ts";
import { type Cluster, validateCluster } from "./cluster/cluster.ts";
import { checkMagnitudes } from "./cluster/magnitudes.ts";
import { InputError } from "./errors.ts";
import type { Fidelity } from "./fidelity/fidelity.ts";
import { ANY_KIND, type OpGraph } from "./graph/graph.ts";
import { checkTable } from "./graph/limits.ts";
import { kindsOf, onlyTimedKinds, runsOnKind, timedKinds } from "./graph/support.ts";
import type { Scenario, ScenarioMeta } from "./scenario.ts";

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
  checkTable(`Scenario "${scenario.name}": ops and devices`, graph.opCount, scenario.cluster.devices.length);
  checkColocation(scenario);
  checkKinds(scenario);
  checkTimes(scenario);
  checkMagnitudes(scenario);
  checkDemand(scenario);
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

function checkDemand({ name, demand }: Scenario): void {
  for (const [field, value] of Object.entries(demand ?? {}))
    if (!(value > 0) || !Number.isFinite(value))
      throw new InputError(
        `Scenario "${name}": demand.${field} is ${value}, expected a finite number above 0.`,
      );
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
 * Every op must run on some device. A kind such as "GPU" is a mistake where the cluster writes it
 * "gpu".
 */
function checkKinds({ name, graph, cluster }: Scenario): void {
  const devices = [...new Set(cluster.devices.map(({ kind }) => kind))];
  const named = new Set([
    ...graph.measuredUs.keys(),
    ...graph.supportedKinds.flatMap((kinds) => kinds ?? []),
  ]);
  for (const kind of named) {
    const meant = devices.find((device) => folded(device) === folded(kind) && !named.has(device));
    if (meant === undefined) continue;
    const v = graph.supportedKinds.findIndex((kinds, op) =>
      [...(kinds ?? []), ...timedKinds(graph, op)].includes(kind),
    );
    throw new InputError(
      `Scenario "${name}": op "${graph.names[v]}" names the device kind "${kind}", which no device of cluster "${cluster.name}" has. Did you mean "${meant}"?`,
    );
  }
  const v = graph.names.findIndex(
    (_, op) => !(kindsOf(graph, op)?.some((kind) => devices.includes(kind)) ?? true),
  );
  if (v !== -1)
    throw runsNowhere(name, graph, v, `cluster "${cluster.name}" has devices of ${devices.join(", ")}`);
}

const folded = (kind: string): string => kind.toLowerCase().replace(/[^a-z0-9]/g, "");

function runsNowhere(name: string, graph: OpGraph, v: number, but: string): InputError {
  const supported = graph.supportedKinds[v];
  const timed = onlyTimedKinds(graph, v);
  const parts = [
    ...(supported === null ? [] : [`can run on ${supported.join(", ")} alone`]),
    ...(timed === null ? [] : [`has no FLOP and measured times for ${timed.join(", ")} alone`]),
  ];
  return new InputError(`Scenario "${name}": op "${graph.names[v]}" ${parts.join(" and ")}, but ${but}.`);
}

/**
 * Every op must have a time on every device that may run it: measured for the kind, or a roofline
 * speed.
 */
function checkTimes({ name, graph, cluster }: Scenario): void {
  for (const device of cluster.devices) {
    if (device.flopsPerUs[graph.dtype] !== undefined) continue;
    for (let v = 0; v < graph.opCount; v++) {
      if (!runsOnKind(graph, v, device.kind)) continue;
      const measured = graph.measuredUs.get(device.kind)?.[v] ?? Number.NaN;
      const anywhere = graph.measuredUs.get(ANY_KIND)?.[v] ?? Number.NaN;
      if (Number.isNaN(measured) && Number.isNaN(anywhere) && graph.flops[v] > 0)
        throw new InputError(
          `Scenario "${name}": device "${device.name}" has no ${graph.dtype} speed and op "${graph.names[v]}" no measured time for ${device.kind}.`,
        );
    }
  }
}
