/**
 * What a drawing of a scenario shows: its ops where they are few, else its groups. Groups are
 * merged further until a page holds them and their edges. Where edges are still too many, the
 * lightest are left out.
 *
 * An edge between groups leads from the lower number to the higher, the way of the forward pass. It
 * has the bytes of both directions.
 */

import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import { groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import { coarsen } from "../../../env/model/coarsen/rules.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { groupTitles } from "./group-title.ts";

export interface DrawnNode {
  readonly title: string;
  /** The types of its ops. */
  readonly holds: string;
  readonly ops: number;
  /** Numbers of its ops. */
  readonly members: ArrayLike<number>;
  /** On the fastest device that can run it. */
  readonly us: number;
  /** Device of the ops in the plan; -1 without a plan or where they are on several devices. */
  readonly device: number;
}

export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

export interface DrawnGraph {
  readonly level: "ops" | "groups" | "merged groups";
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  /** Lightest edges, left out. */
  readonly edgesLeftOut: number;
}

const MOST_OPS = 60;
const MOST_GROUPS = 160;
const MOST_EDGES = 220;
const MOST_TYPES = 4;
const MERGED_GROUPS = [96, 48, 24];

export function drawnGraph(scenario: Scenario, plan: Placement | null): DrawnGraph {
  const { graph, grouping } = scenario;
  if (graph.opCount <= MOST_OPS) return heaviestEdges(drawnOps(scenario, plan));
  let drawn = grouping.groupCount <= MOST_GROUPS ? drawnGroups(scenario, plan, "groups") : null;
  for (const groups of MERGED_GROUPS) {
    if (drawn !== null && drawn.edges.length <= MOST_EDGES) break;
    if (drawn !== null && groups >= drawn.nodes.length) continue;
    const merged = { ...scenario, grouping: coarsen(graph, "multilevel", groups) };
    drawn = drawnGroups(merged, plan, "merged groups");
  }
  return heaviestEdges(drawn!);
}

function heaviestEdges(drawn: DrawnGraph): DrawnGraph {
  const edgesLeftOut = drawn.edges.length - MOST_EDGES;
  if (edgesLeftOut <= 0) return drawn;
  const edges = [...drawn.edges].sort((x, y) => y.bytes - x.bytes || x.from - y.from || x.to - y.to);
  return { ...drawn, edges: edges.slice(0, MOST_EDGES), edgesLeftOut };
}

function drawnOps({ graph, cluster }: Scenario, plan: Placement | null): DrawnGraph {
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const nodes = graph.names.map((title, v) => ({
    title,
    holds: graph.types[v],
    ops: 1,
    members: [v],
    us: Math.min(...runUs.subarray(v * deviceCount, (v + 1) * deviceCount)),
    device: plan?.device[v] ?? -1,
  }));
  const bytesOf = new Map<string, DrawnEdge>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const [from, to] = [graph.edgeSource[e], graph.edgeDestination[e]];
    const bytes = (bytesOf.get(`${from}>${to}`)?.bytes ?? 0) + graph.edgeBytes[e];
    bytesOf.set(`${from}>${to}`, { from, to, bytes });
  }
  return { level: "ops", nodes, edges: [...bytesOf.values()], edgesLeftOut: 0 };
}

function drawnGroups(scenario: Scenario, plan: Placement | null, level: DrawnGraph["level"]): DrawnGraph {
  const { graph, grouping } = scenario;
  const { computeUs, deviceCount, edgeCount, edgeSource, edgeDestination, edgeBytes } = groupGraph(scenario);
  const titleOf = groupTitles(graph);
  const nodes = Array.from({ length: grouping.groupCount }, (_, g) => {
    const ops = grouping.members.subarray(grouping.memberStart[g], grouping.memberStart[g + 1]);
    return {
      title: titleOf(ops),
      holds: typesText(graph, ops),
      ops: ops.length,
      members: ops,
      us: Math.min(...computeUs.subarray(g * deviceCount, (g + 1) * deviceCount)),
      device: deviceOf(ops, plan),
    };
  });
  const merged = new Map<string, DrawnEdge>();
  for (let e = 0; e < edgeCount; e++) {
    const from = Math.min(edgeSource[e], edgeDestination[e]);
    const to = Math.max(edgeSource[e], edgeDestination[e]);
    const bytes = (merged.get(`${from}>${to}`)?.bytes ?? 0) + edgeBytes[e];
    merged.set(`${from}>${to}`, { from, to, bytes });
  }
  return { level, nodes, edges: [...merged.values()], edgesLeftOut: 0 };
}

/** -1 without a plan or where ops are on several devices. */
export function deviceOf(members: ArrayLike<number>, plan: Placement | null): number {
  if (plan === null) return -1;
  const devices = new Set(Array.from(members, (v) => plan.device[v]));
  return devices.size === 1 ? [...devices][0] : -1;
}

/** Such as `12 Conv2D, 4 Add, 3 others`: the types of ops, most frequent first. */
function typesText(graph: OpGraph, ops: Iterable<number>): string {
  const counts = new Map<string, number>();
  for (const v of ops) counts.set(graph.types[v], (counts.get(graph.types[v]) ?? 0) + 1);
  const falling = [...counts].sort((a, b) => b[1] - a[1]);
  const others = falling.slice(MOST_TYPES).reduce((sum, [, count]) => sum + count, 0);
  const named = falling.slice(0, MOST_TYPES).map(([type, count]) => `${count} ${type}`);
  return [...named, ...(others > 0 ? [`${others} others`] : [])].join(", ");
}
