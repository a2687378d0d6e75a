/**
 * The default observation: one row of features for each group, the edges between groups, the
 * current group and the placement. After the features of Placeto's published code (Addanki et al.,
 * NeurIPS 2019), with parameter bytes added.
 *
 * Times and bytes are divided by their largest value over the groups, so every feature but the
 * visit count lies in [-1, 1]. No feature depends on how groups are numbered: renumbering permutes
 * rows and nothing else. Arrays belong to the caller; the env keeps none of them.
 */
import type { Space } from "../contract.ts";
import { type GroupGraph, groupGraph } from "../model/coarsen/group-graph.ts";
import type { Scenario } from "../model/scenario.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { discrete } from "../spaces/discrete.ts";
import { multiDiscrete } from "../spaces/multi-discrete.ts";
import type { EpisodeView } from "./episode.ts";

export interface ObservationPart<O> {
  readonly space: Space<O>;
  /** Whether `observe` reads `startUs`; filling it costs a second run of the engine. */
  readonly needsStartTimes: boolean;
  observe(view: EpisodeView): O;
}

export interface PlacementObservation {
  /** Features of the groups, shape [groupCount x featureNames.length], row by row. */
  readonly nodes: Float32Array;
  /** Edges between groups, shape [2 x edgeCount]: all sources, then all destinations. */
  readonly edges: Int32Array;
  /** The group to be placed next, -1 where there is none. */
  readonly current: number;
  /** Device of each group; groups not yet placed hold their default device. */
  readonly placement: Int32Array;
}

/** Columns before the one-hot device; the first three are constant through an episode. */
const leadingFeatures = ["compute", "outputBytes", "parameterBytes", "visits", "isCurrent", "relativeStart"];
const VISITS = 3;
const IS_CURRENT = 4;
const RELATIVE_START = 5;
const DEVICE = 6;

/** Names of the feature columns, in order: six about the group, then one for each device. */
export function featureNames(scenario: Scenario): string[] {
  return [...leadingFeatures, ...scenario.cluster.devices.map((device) => `on ${device.name}`)];
}

export function placementObservation(scenario: Scenario): ObservationPart<PlacementObservation> {
  const graph = groupGraph(scenario);
  const { groupCount, deviceCount, edgeCount } = graph;
  const width = DEVICE + deviceCount;
  const constant = constantFeatures(graph, width);
  const edges = new Int32Array(2 * edgeCount);
  edges.set(graph.edgeSource);
  edges.set(graph.edgeDestination, edgeCount);

  return {
    space: observationSpace(groupCount, deviceCount, edgeCount),
    needsStartTimes: true,
    observe({ device, placed, visits, current, startUs }) {
      const nodes = constant.slice();
      const lastStartUs = startUs === null ? 0 : startUs.reduce((a, b) => Math.max(a, b), 0);
      const hereUs = startUs === null || current === -1 ? 0 : startUs[current];
      for (let g = 0; g < groupCount; g++) {
        const row = g * width;
        nodes[row + VISITS] = visits[g];
        if (g === current) nodes[row + IS_CURRENT] = 1;
        if (startUs !== null) nodes[row + RELATIVE_START] = share(startUs[g] - hereUs, lastStartUs);
        if (placed[g] === 1) nodes[row + DEVICE + device[g]] = 1;
      }
      return { nodes, edges: edges.slice(), current, placement: device.slice() };
    },
  };
}

function observationSpace(groupCount: number, deviceCount: number, edgeCount: number) {
  const width = DEVICE + deviceCount;
  const column = (i: number) => i % width;
  return dict<PlacementObservation>({
    nodes: box({
      shape: [groupCount, width],
      low: Array.from({ length: groupCount * width }, (_, i) => (column(i) === RELATIVE_START ? -1 : 0)),
      high: Array.from({ length: groupCount * width }, (_, i) =>
        column(i) === VISITS ? Number.POSITIVE_INFINITY : 1,
      ),
    }),
    edges: multiDiscrete(new Int32Array(2 * edgeCount).fill(groupCount)),
    current: discrete(groupCount + 1, { start: -1 }),
    placement: multiDiscrete(new Int32Array(groupCount).fill(deviceCount)),
  });
}

function constantFeatures(graph: GroupGraph, width: number): Float32Array {
  const features = new Float32Array(graph.groupCount * width);
  const columns = [meanComputeUs(graph), graph.outputBytes, graph.parameterBytes];
  columns.forEach((column, c) => {
    const largest = column.reduce((a, b) => Math.max(a, b), 0);
    for (let g = 0; g < graph.groupCount; g++) features[g * width + c] = share(column[g], largest);
  });
  return features;
}

/** Mean over the devices that can run the group. */
function meanComputeUs({ groupCount, deviceCount, computeUs }: GroupGraph): Float64Array {
  return Float64Array.from({ length: groupCount }, (_, g) => {
    const possible = computeUs.subarray(g * deviceCount, (g + 1) * deviceCount).filter(Number.isFinite);
    return possible.reduce((a, b) => a + b, 0) / possible.length;
  });
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
