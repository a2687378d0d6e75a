/**
 * The lanes of a Gantt chart: one for each device with its ops, one for each link that carries a
 * transfer. Each holds its part of the critical path, where that is given.
 */
import { roleNames } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Segment } from "../../../env/sim/timeline/explain/critical-path.ts";
import type { Resource } from "../../../env/sim/timeline/explain/tasks.ts";
import type { Timeline } from "../../../env/sim/timeline/timeline.ts";
import { formatBytes } from "../../text/format.ts";
import type { Span } from "./blocks.ts";

export interface Lane {
  readonly kind: Resource["kind"];
  readonly label: string;
  readonly spans: readonly Span[];
  /** What of the lane is on the critical path. */
  readonly marks: readonly Span[];
  /** Share of the step in which the lane is busy. */
  readonly share: number;
}

/** At least one: a cluster has a device. */
export function lanesOf(scenario: Scenario, timeline: Timeline, criticalPath: readonly Segment[]): Lane[] {
  return [...deviceLanes(scenario, timeline, criticalPath), ...linkLanes(scenario, timeline, criticalPath)];
}

function deviceLanes(scenario: Scenario, timeline: Timeline, criticalPath: readonly Segment[]): Lane[] {
  const { graph, cluster } = scenario;
  const { device, startUs, endUs, deviceBusyUs, makespanUs } = timeline;
  const order = Array.from(startUs.keys()).sort((a, b) => startUs[a] - startUs[b] || a - b);
  return cluster.devices.map(({ name }, d) => ({
    kind: "device",
    label: name,
    share: shareOf(deviceBusyUs[d], makespanUs),
    marks: marksOf(scenario, criticalPath, { kind: "device", index: d }),
    spans: order
      .filter((v) => device[v] === d)
      .map((v) => ({
        start: startUs[v],
        end: endUs[v],
        kind: roleNames[graph.role[v]],
        name: `${graph.names[v]} (${graph.types[v]}, ${roleNames[graph.role[v]]})`,
      })),
  }));
}

/**
 * Latency delays the arrival but does not occupy the link, so a span ends when the last byte has
 * left. What crosses several links at once, or shares them, is drawn until it arrives: one link
 * alone does not tell when that byte leaves.
 */
function linkLanes(
  scenario: Scenario,
  { transfers, linkBusyUs, makespanUs }: Timeline,
  criticalPath: readonly Segment[],
): Lane[] {
  const { graph, cluster, fidelity } = scenario;
  const receiver = (to: number) => (to < 0 ? "all its users" : cluster.devices[to].name);
  const lanes = cluster.links.map(
    ({ name, bytesPerUs }, link): Lane => ({
      kind: "link",
      label: name,
      share: shareOf(linkBusyUs[link], makespanUs),
      marks: marksOf(scenario, criticalPath, { kind: "link", index: link }),
      spans: transfers
        .filter((transfer) => transfer.link === link)
        .map(({ producer, from, to, bytes, startUs, endUs }) => ({
          start: startUs,
          end: fidelity.routing === "cut-through" ? endUs : startUs + bytes / bytesPerUs,
          kind: "transfer",
          name:
            `${graph.names[producer]}: ${formatBytes(bytes)} ` +
            `from ${cluster.devices[from].name} to ${receiver(to)}`,
        })),
    }),
  );
  return lanes.filter(({ spans }) => spans.length > 0);
}

function marksOf({ graph }: Scenario, path: readonly Segment[], { kind, index }: Resource): Span[] {
  return path
    .filter(({ resource }) => resource.kind === kind && resource.index === index)
    .map((segment) => ({
      start: segment.fromUs,
      end: segment.toUs,
      kind: "critical",
      name: `critical path: ${segment.kind} of ${graph.names[segment.task.op]}`,
    }));
}

const shareOf = (busyUs: number, makespanUs: number): number => (makespanUs > 0 ? busyUs / makespanUs : 0);
