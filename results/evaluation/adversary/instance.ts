/**
 * An instance that annealing changes: a scenario with a factor on each of its numbers, and with
 * edges of its own. Factors are relative to the scenario that it began as.
 *
 * Times of ops are measured times here, and each accelerator is a device kind of its own, so that
 * its speed can change. What the roofline said of the start is kept.
 */
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import { createScenario } from "../../../env/model/create-scenario.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import { CONTROL, type OpGraph } from "../../../env/model/graph/graph.ts";
import { opSpecOf } from "../../../env/model/graph/graphology.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

export interface Edge {
  readonly source: number;
  readonly destination: number;
  /** Output port, or `CONTROL`. */
  readonly output: number;
  /** Before the factor of the source; undefined for the whole output. */
  readonly bytes: number | undefined;
}

/** What stays the same for all instances that began as one scenario. */
export interface Start {
  readonly scenario: Scenario;
  /** Shape [opCount x deviceCount]; `Infinity` where the device cannot run the op. */
  readonly runTimesUs: Float64Array;
  /** Place of each op in a topological order; edges are added forward alone. */
  readonly place: Int32Array;
  readonly medianUs: number;
}

/** Factors on the numbers of the start, by op, device and link. */
export interface Instance {
  readonly start: Start;
  readonly opTimes: readonly number[];
  readonly outputs: readonly number[];
  readonly speeds: readonly number[];
  readonly bandwidths: readonly number[];
  /** Latency of each link in us, itself and not a factor: it may begin at 0. */
  readonly latenciesUs: readonly number[];
  readonly edges: readonly Edge[];
}

export function startOf(scenario: Scenario): Start {
  const { graph, cluster } = scenario;
  const times = runTimesUs(graph, cluster);
  const place = new Int32Array(graph.opCount);
  graph.topologicalOrder.forEach((v, i) => {
    place[v] = i;
  });
  const finite = [...times].filter((us) => us > 0 && Number.isFinite(us)).sort((a, b) => a - b);
  return { scenario, runTimesUs: times, place, medianUs: finite[finite.length >> 1] ?? 1 };
}

export function unchanged(start: Start): Instance {
  const { graph, cluster } = start.scenario;
  const ones = (count: number) => new Array<number>(count).fill(1);
  return {
    start,
    opTimes: ones(graph.opCount),
    outputs: ones(graph.opCount),
    speeds: ones(cluster.devices.length),
    bandwidths: ones(cluster.links.length),
    latenciesUs: cluster.links.map(({ latencyUs }) => latencyUs),
    edges: edgesOf(graph),
  };
}

function edgesOf(graph: OpGraph): Edge[] {
  return Array.from({ length: graph.edgeCount }, (_, e) => {
    const [source, output] = [graph.edgeSource[e], graph.edgeOutput[e]];
    const whole = output === CONTROL ? 0 : graph.outputBytes[graph.outputStart[source] + output];
    const bytes = graph.edgeBytes[e] === whole ? undefined : graph.edgeBytes[e];
    return { source, destination: graph.edgeDestination[e], output, bytes };
  });
}

/** The instance as a scenario. Times are rounded to 0.1 us and sizes to bytes. */
export function scenarioOf(instance: Instance, name: string): Scenario {
  const { start, speeds, bandwidths, latenciesUs } = instance;
  const { cluster } = start.scenario;
  const devices = cluster.devices.map((device, d) => ({
    ...device,
    kind: kindOf(instance, d),
    flopsPerUs: Object.fromEntries(
      Object.entries(device.flopsPerUs).map(([dtype, flops]) => [dtype, rounded(flops * speeds[d])]),
    ),
    memoryBytesPerUs: rounded(device.memoryBytesPerUs * speeds[d]),
  }));
  const links = cluster.links.map((link, l) => ({
    ...link,
    bytesPerUs: rounded(link.bytesPerUs * bandwidths[l]),
    latencyUs: rounded(latenciesUs[l]),
  }));
  const { unknownWork: _, ...meta } = start.scenario.meta;
  return createScenario({
    ...start.scenario,
    name,
    graph: graphOf(instance),
    cluster: { ...cluster, devices, links },
    meta,
  });
}

const TENTHS = 10;
/** At least a tenth, so that nothing becomes free. */
const rounded = (number: number): number =>
  number === 0 ? 0 : Math.max(1, Math.round(number * TENTHS)) / TENTHS;

function kindOf({ start }: Instance, d: number): string {
  const device = start.scenario.cluster.devices[d];
  return isCpu(device) ? device.kind : `${device.kind} ${device.name}`;
}

function graphOf(instance: Instance): OpGraph {
  const { start, opTimes, outputs, speeds, edges } = instance;
  const { graph, cluster } = start.scenario;
  const builder = graphBuilder({ dtype: graph.dtype, batch: graph.batch });
  const deviceCount = cluster.devices.length;
  for (let v = 0; v < graph.opCount; v++) {
    const whole = opSpecOf(graph, v);
    const { flops: _, bytesTouched: __, supportedKinds: ___, iteration: ____, transferUs, ...spec } = whole;
    const times = cluster.devices.flatMap((_device, d) => {
      const us = start.runTimesUs[v * deviceCount + d];
      return Number.isFinite(us)
        ? [[kindOf(instance, d), rounded((us * opTimes[v]) / speeds[d])] as const]
        : [];
    });
    builder.op({
      ...spec,
      outputs: spec.outputs?.map((bytes) => Math.round(bytes * outputs[v])),
      ...(transferUs !== undefined && { transferUs: rounded(transferUs * outputs[v]) }),
      measuredUs: Object.fromEntries(times),
      ...(times.length < deviceCount && { supportedKinds: times.map(([kind]) => kind) }),
    });
  }
  for (const { source, destination, output, bytes } of edges) {
    const [from, to] = [graph.names[source], graph.names[destination]];
    if (output === CONTROL) builder.control(from, to);
    else
      builder.edge({
        from,
        to,
        output,
        ...(bytes !== undefined && { bytes: Math.round(bytes * outputs[source]) }),
      });
  }
  return builder.build();
}
