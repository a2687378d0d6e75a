/**
 * What HDP's Grouper sees of an op, and what its Placer sees of a sampled group.
 *
 * Source: Mirhoseini et al., "A Hierarchical Model for Device Placement", ICLR 2018. `paper` is the
 * article: a type to be embedded, output sizes, and the breadth-first numbers of neighbours. `code`
 * is the public controller: the type as a bare number, and signed neighbours. Two faults of that
 * code are not repeated. It resets the list of producers at each edge, and it adds output sizes on
 * top of type counts.
 *
 * Ours: a *unit* is an op or a co-location class, whose ops have to stay together. Outputs are
 * bytes over the graph's largest, not shapes. Numbers of neighbours are over the number of units.
 */

import { type GroupGraph, groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import { colocationGrouping, type Grouping } from "../../../env/model/coarsen/grouping.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { GroupFeatures } from "../group-features.ts";

export type FeatureVariant = "paper" | "code";

/** The ops or classes that a grouper sorts into groups. */
export interface Units {
  readonly count: number;
  readonly grouping: Grouping;
  /** Type of each unit's first op, an index into the graph's sorted types. */
  readonly type: Int32Array;
  readonly typeCount: number;
  readonly edgeSource: Int32Array;
  readonly edgeDestination: Int32Array;
  /** Bytes of each unit's largest outputs, largest first, over the graph's largest; -1 pads. */
  readonly outputs: Float32Array;
}

/** Columns of `Units.outputs`. */
const OUTPUTS = 6;
/** Neighbours of each direction that the paper's features name, and of both that the code's do. */
const NEIGHBOURS = 6;
const SIGNED_NEIGHBOURS = 10;
const PAD = -1;

export function unitsOf(scenario: Scenario): Units {
  const { graph } = scenario;
  const grouping = colocationGrouping(graph);
  const { edgeSource, edgeDestination } = groupGraph({ ...scenario, grouping });
  const types = [...new Set(graph.types)].sort();
  const indexOf = new Map(types.map((type, i) => [type, i]));
  const count = grouping.groupCount;
  const type = new Int32Array(count);
  const outputs = new Float32Array(count * OUTPUTS).fill(PAD);
  const largest = graph.outputBytes.reduce((a, b) => Math.max(a, b), 0) || 1;
  for (let u = 0; u < count; u++) {
    const ops = grouping.members.subarray(grouping.memberStart[u], grouping.memberStart[u + 1]);
    type[u] = indexOf.get(graph.types[ops[0]])!;
    const bytes: number[] = [];
    for (const v of ops)
      for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
        bytes.push(graph.outputBytes[port]);
    bytes
      .sort((a, b) => b - a)
      .slice(0, OUTPUTS)
      .forEach((size, i) => {
        outputs[u * OUTPUTS + i] = size / largest;
      });
  }
  return { count, grouping, type, typeCount: types.length, edgeSource, edgeDestination, outputs };
}

/** Rows of the grouper's features besides an embedded type, [units x columns]. */
export function unitFeatures(
  units: Units,
  variant: FeatureVariant,
): { columns: number; values: Float32Array } {
  const { count, outputs } = units;
  const neighbours = variant === "paper" ? orderedNeighbours(units) : signedNeighbours(units);
  const first = variant === "code" ? 1 : 0;
  const width = neighbours.length / count;
  const columns = first + OUTPUTS + width;
  const values = new Float32Array(count * columns);
  for (let u = 0; u < count; u++) {
    const row = u * columns;
    if (first === 1) values[row] = units.type[u];
    values.set(outputs.subarray(u * OUTPUTS, (u + 1) * OUTPUTS), row + first);
    values.set(neighbours.subarray(u * width, (u + 1) * width), row + first + OUTPUTS);
  }
  return { columns, values };
}

/** Breadth-first numbers of up to six producers, then of up to six consumers. */
function orderedNeighbours(units: Units): Float32Array {
  const number = breadthFirst(units);
  const width = 2 * NEIGHBOURS;
  const rows = new Float32Array(units.count * width).fill(PAD);
  const filled = new Int32Array(2 * units.count);
  const add = (unit: number, side: 0 | 1, neighbour: number) => {
    const slot = filled[2 * unit + side];
    if (slot === NEIGHBOURS) return;
    rows[unit * width + side * NEIGHBOURS + slot] = number[neighbour] / units.count;
    filled[2 * unit + side]++;
  };
  units.edgeSource.forEach((from, e) => {
    add(units.edgeDestination[e], 0, from);
    add(from, 1, units.edgeDestination[e]);
  });
  return rows;
}

/** The first ten (neighbour, sign) pairs: -1 for a producer, +1 for a consumer. */
function signedNeighbours(units: Units): Float32Array {
  const width = 2 * SIGNED_NEIGHBOURS;
  const rows = new Float32Array(units.count * width).fill(PAD);
  const filled = new Int32Array(units.count);
  const add = (unit: number, neighbour: number, sign: number) => {
    if (filled[unit] === SIGNED_NEIGHBOURS) return;
    rows[unit * width + 2 * filled[unit]] = neighbour / units.count;
    rows[unit * width + 2 * filled[unit]++ + 1] = sign;
  };
  units.edgeSource.forEach((from, e) => {
    add(units.edgeDestination[e], from, -1);
    add(from, units.edgeDestination[e], 1);
  });
  return rows;
}

/** The number of each unit in breadth-first order from the units without producers. */
function breadthFirst({ count, edgeSource, edgeDestination }: Units): Int32Array {
  const start = new Int32Array(count + 1);
  for (const from of edgeSource) start[from + 1]++;
  for (let u = 0; u < count; u++) start[u + 1] += start[u];
  const next = start.slice(0, count);
  const consumers = new Int32Array(edgeSource.length);
  edgeSource.forEach((from, e) => {
    consumers[next[from]++] = edgeDestination[e];
  });
  const hasProducer = new Uint8Array(count);
  for (const to of edgeDestination) hasProducer[to] = 1;
  const number = new Int32Array(count).fill(-1);
  const queue: number[] = [];
  const visit = (u: number) => {
    if (number[u] !== -1) return;
    number[u] = queue.length;
    queue.push(u);
  };
  for (let u = 0; u < count; u++) if (hasProducer[u] === 0) visit(u);
  for (let head = 0; head < queue.length; head++) {
    const u = queue[head];
    for (let i = start[u]; i < start[u + 1]; i++) visit(consumers[i]);
  }
  // Units of a cycle that nothing outside feeds.
  for (let u = 0; u < count; u++) visit(u);
  return number;
}

/**
 * What the placer sees of each group: shares of types, sums of outputs, and neighbouring groups.
 * The paper marks neighbours; the code counts edges out and in, over the largest of the row.
 */
export function sampledGroupFeatures(
  units: Units,
  unitGroup: Int32Array,
  groups: number,
  variant: FeatureVariant,
): GroupFeatures {
  const { count, typeCount, outputs, edgeSource, edgeDestination } = units;
  const adjacency = typeCount + OUTPUTS;
  const columns = adjacency + (variant === "paper" ? groups : 2 * groups);
  const values = new Float32Array(groups * columns);
  for (let u = 0; u < count; u++) {
    const row = unitGroup[u] * columns;
    values[row + units.type[u]] += 1;
    for (let i = 0; i < OUTPUTS; i++) values[row + typeCount + i] += Math.max(0, outputs[u * OUTPUTS + i]);
  }
  const reverse = variant === "paper" ? 0 : groups;
  edgeSource.forEach((from, e) => {
    const [a, b] = [unitGroup[from], unitGroup[edgeDestination[e]]];
    if (a === b) return;
    values[a * columns + adjacency + b] += 1;
    values[b * columns + adjacency + reverse + a] += 1;
  });
  for (let g = 0; g < groups; g++) {
    const row = values.subarray(g * columns, (g + 1) * columns);
    if (variant === "paper") for (let i = adjacency; i < columns; i++) row[i] = Math.min(1, row[i]);
    scaleBy(row.subarray(0, typeCount));
    scaleBy(row.subarray(typeCount, adjacency));
    if (variant === "code") scaleBy(row.subarray(adjacency));
  }
  return { columns, types: typeCount, values };
}

/** Over the largest value + 1, as the public controller has it. */
function scaleBy(row: Float32Array): void {
  const scale = row.reduce((a, b) => Math.max(a, b), 0) + 1;
  for (let i = 0; i < row.length; i++) row[i] /= scale;
}

/** Edges whose ends are in one group, of all edges. */
export function intraGroupShare(
  { edgeSource, edgeDestination }: Units | GroupGraph,
  group: Int32Array,
): number {
  if (edgeSource.length === 0) return 1;
  let inside = 0;
  edgeSource.forEach((from, e) => {
    if (group[from] === group[edgeDestination[e]]) inside++;
  });
  return inside / edgeSource.length;
}
