/**
 * `BlockLine`: the blocks of a data graph that a scenario places, in the order of their vertices. A
 * block is a group with ops that sum neighbours and have features of their data. Each such op of a
 * group is a layer of the network; ops between two of them belong to the later one.
 */
import { runTimesUs } from "../../env/model/cluster/speed.ts";
import { Role } from "../../env/model/graph/graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { prefixSums } from "./prefix-sums.ts";

/** Things in a row, with features that add up. */
export interface FeatureLine {
  readonly length: number;
  /** For each layer, and each of its features, the sums before each position. */
  readonly layers: readonly (readonly Float64Array[])[];
}

export interface BlockLine {
  readonly scenario: Scenario;
  /** Group of each block, in the order of the line. */
  readonly groups: Int32Array;
  readonly featureNames: readonly string[];
  readonly line: FeatureLine;
  /** Layer of each op of a block, -1 for ops of none, shape [opCount]. */
  readonly layerOf: Int32Array;
}

/** The line, or one sentence where the scenario has none. */
export function blockLine(scenario: Scenario): BlockLine | string {
  const { graph, grouping } = scenario;
  if (graph.dataFeatures === null)
    return "No op of the graph has features of its data, so there is no data graph to divide.";
  const opsOf = new Map<number, number[]>();
  for (let v = 0; v < graph.opCount; v++) {
    if (graph.dataFeatures[v] === null) continue;
    const group = grouping.groupOf[v];
    const known = opsOf.get(group);
    if (known === undefined) opsOf.set(group, [v]);
    else known.push(v);
  }
  const groups = Int32Array.from(opsOf.keys());
  const ops = [...opsOf.values()];
  const layers = ops[0].length;
  const featureNames = Object.keys(graph.dataFeatures[ops[0][0]]!);
  const odd = ops.findIndex((own) => own.length !== layers);
  if (odd !== -1)
    return `Group ${groups[odd]} has ${ops[odd].length} ops with features of their data, and group ${groups[0]} has ${layers}; blocks need equal layers.`;
  const lacking = ops.flat().find((v) => featureNames.some((name) => !(name in graph.dataFeatures![v]!)));
  if (lacking !== undefined)
    return `Op "${graph.names[lacking]}" lacks one of the features ${featureNames.join(", ")} of its data.`;
  const line: FeatureLine = {
    length: groups.length,
    layers: Array.from({ length: layers }, (_, l) =>
      featureNames.map((name) => prefixSums(ops.map((own) => graph.dataFeatures![own[l]]![name]))),
    ),
  };
  return { scenario, groups, featureNames, line, layerOf: layersOf(scenario, opsOf) };
}

function layersOf({ graph, grouping }: Scenario, opsOf: ReadonlyMap<number, readonly number[]>): Int32Array {
  const layerOf = new Int32Array(graph.opCount).fill(-1);
  const current = new Map<number, number>();
  const last = new Map([...opsOf].map(([group, ops]) => [group, ops.length - 1]));
  for (const v of graph.topologicalOrder) {
    const group = grouping.groupOf[v];
    if (graph.role[v] !== Role.forward || !last.has(group)) continue;
    const layer = current.get(group) ?? 0;
    layerOf[v] = Math.min(layer, last.get(group)!);
    if (graph.dataFeatures![v] !== null) current.set(group, layer + 1);
  }
  for (let v = 0; v < graph.opCount; v++)
    if (graph.role[v] !== Role.forward && graph.twin[v] !== -1) layerOf[v] = layerOf[graph.twin[v]];
  return layerOf;
}

/** The first sums of the feature of that name; null where the blocks have no such feature. */
export function sumsOfFeature({ featureNames, line }: BlockLine, name: string): Float64Array | null {
  const at = featureNames.indexOf(name);
  return at === -1 ? null : line.layers[0][at];
}

/** Run times of the ops of each layer on each device: what a profiler reads. Shape [layer][device]. */
export function layerTimesUs(
  { scenario, layerOf, line }: BlockLine,
  device: ArrayLike<number>,
): Float64Array[] {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const times = line.layers.map(() => new Float64Array(deviceCount));
  for (let v = 0; v < graph.opCount; v++)
    if (layerOf[v] !== -1) times[layerOf[v]][device[v]] += runUs[v * deviceCount + device[v]];
  return times;
}
