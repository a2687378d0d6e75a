/**
 * The default observation: one row of columns for each group, the edges between groups, the current
 * group and the placement. The columns are those of Placeto's published code (Addanki et al.,
 * NeurIPS 2019), with parameter bytes added.
 *
 * Times and bytes are divided by their largest value over the groups. So every column but the visit
 * count is in [-1, 1]. No column depends on how groups are numbered: other numbers permute the rows
 * and change nothing else. The arrays belong to the caller; the env keeps none of them.
 */
import { type GroupGraph, groupGraph } from "../model/coarsen/group-graph.ts";
import type { Scenario } from "../model/scenario.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { discrete } from "../spaces/discrete.ts";
import { multiDiscrete } from "../spaces/multi-discrete.ts";
import { namesSpace } from "../spaces/names.ts";
import { type ObservationPart, rewritable } from "./observation-part.ts";
import type { PlacementView } from "./views/placement-view.ts";

export interface PlacementObservation {
  /** What is seen of each group, shape [groupCount x groupColumns.length], row by row. */
  readonly groups: Float32Array;
  /** Names of the columns of `groups`, in order. */
  readonly groupColumns: readonly string[];
  /** Edges between groups, shape [2 x edgeCount]: all sources, then all destinations. */
  readonly edges: Int32Array;
  /** The group to be placed next, -1 where there is none. */
  readonly current: number;
  /** Device of each group, -1 where it is not placed yet. */
  readonly placement: Int32Array;
}

/** Columns of `groups`. The first three are constant through an episode. */
export const groupColumns = Object.freeze([
  "compute",
  "outputBytes",
  "parameterBytes",
  "visits",
  "isCurrent",
  "relativeStart",
] as const);
const WIDTH = groupColumns.length;
const VISITS = groupColumns.indexOf("visits");
const IS_CURRENT = groupColumns.indexOf("isCurrent");
const RELATIVE_START = groupColumns.indexOf("relativeStart");

export function placementObservation(scenario: Scenario): ObservationPart<PlacementObservation> {
  const graph = groupGraph(scenario);
  const { groupCount, deviceCount, edgeCount } = graph;
  const columns = constantColumns(graph);
  const edges = new Int32Array(2 * edgeCount);
  edges.set(graph.edgeSource);
  edges.set(graph.edgeDestination, edgeCount);

  return rewritable<PlacementObservation, PlacementView>({
    space: observationSpace(groupCount, deviceCount, edgeCount),
    needsStartTimes: true,
    constant: { edges },
    blank: () => ({
      groups: columns.slice(),
      groupColumns,
      edges: edges.slice(),
      current: -1,
      placement: new Int32Array(groupCount),
    }),
    rewrite(observation, view, isNext) {
      const { device, placed, visits, current, startUs } = view;
      if (isNext && view.onlyPlaced !== -1 && startUs === null) return placeOnly(observation, view);
      const { groups, placement } = observation;
      observation.current = current;
      const lastStartUs = startUs === null ? 0 : startUs.reduce((a, b) => Math.max(a, b), 0);
      const hereUs = startUs === null || current === -1 ? 0 : startUs[current];
      for (let g = 0; g < groupCount; g++) {
        const row = g * WIDTH;
        groups[row + VISITS] = visits[g];
        groups[row + IS_CURRENT] = 0;
        groups[row + RELATIVE_START] = startUs === null ? 0 : share(startUs[g] - hereUs, lastStartUs);
        placement[g] = placed[g] === 1 ? device[g] : -1;
      }
      if (current !== -1) groups[current * WIDTH + IS_CURRENT] = 1;
    },
  });
}

/** What a placed group changes where no start times are shown. */
function placeOnly(
  observation: { -readonly [K in keyof PlacementObservation]: PlacementObservation[K] },
  { device, placed, visits, current, onlyPlaced }: PlacementView,
): void {
  const { groups, placement, current: before } = observation;
  if (before !== -1) groups[before * WIDTH + IS_CURRENT] = 0;
  if (current !== -1) groups[current * WIDTH + IS_CURRENT] = 1;
  observation.current = current;
  groups[onlyPlaced * WIDTH + VISITS] = visits[onlyPlaced];
  placement[onlyPlaced] = placed[onlyPlaced] === 1 ? device[onlyPlaced] : -1;
}

function observationSpace(groupCount: number, deviceCount: number, edgeCount: number) {
  const bounds = (column: (index: number) => number) =>
    Float32Array.from({ length: groupCount * WIDTH }, (_, i) => column(i % WIDTH));
  return dict<PlacementObservation>({
    groups: box({
      shape: [groupCount, WIDTH],
      low: bounds((column) => (column === RELATIVE_START ? -1 : 0)),
      high: bounds((column) => (column === VISITS ? Number.POSITIVE_INFINITY : 1)),
    }),
    groupColumns: namesSpace(groupColumns),
    edges: multiDiscrete(new Int32Array(2 * edgeCount).fill(groupCount)),
    current: discrete(groupCount + 1, { start: -1 }),
    placement: multiDiscrete(new Int32Array(groupCount).fill(deviceCount + 1), { start: -1 }),
  });
}

function constantColumns(graph: GroupGraph): Float32Array {
  const values = new Float32Array(graph.groupCount * WIDTH);
  const columns = [meanComputeUs(graph), graph.outputBytes, graph.parameterBytes];
  columns.forEach((column, c) => {
    const largest = column.reduce((a, b) => Math.max(a, b), 0);
    for (let g = 0; g < graph.groupCount; g++) values[g * WIDTH + c] = share(column[g], largest);
  });
  return values;
}

/** Mean over the devices that can run the group. */
function meanComputeUs({ groupCount, deviceCount, computeUs }: GroupGraph): Float64Array {
  return Float64Array.from({ length: groupCount }, (_, g) => {
    const possible = computeUs.subarray(g * deviceCount, (g + 1) * deviceCount).filter(Number.isFinite);
    return possible.reduce((a, b) => a + b, 0) / possible.length;
  });
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
