/**
 * The label problem of a training step on a mesh: a node for each group of ops (groups.ts), a label
 * for each split offered (offers.ts).
 *
 * - A node costs the run time of its ops on their shares, in all passes. It also costs the steps
 *   between them: sums of outputs, of gradients of inputs and of weights.
 * - An edge costs the steps that bring tensors from one group to the other, forward and backward. A
 *   tensor that several ops of a group need in one layout is brought once.
 * - Memory is what a rank holds: weights, their gradients and optimizer state, and outputs that the
 *   backward pass reads. It adds up over groups, which the peak of a step does not.
 *
 * A plan's value is not the sum: steps overlap with ops, and gradients may meet as partial sums.
 * The simulator has the value.
 */
import { CONTROL, type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import type { TensorAxes } from "../../../../env/model/graph/iteration.ts";
import { localShare, partLength, replicated } from "../../../../env/model/layout/layout.ts";
import { type Mesh, type MeshSizes, sizesOf } from "../../../../env/model/layout/mesh.ts";
import {
  type DimensionRanges,
  naturalLayouts,
  type OpSplit,
  workShare,
} from "../../../../env/model/layout/natural.ts";
import { dataEdges, iterationOf, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { groupPlan, groupSplits } from "./group-splits.ts";
import { type LabelGroups, labelGroups } from "./groups.ts";
import type { StepCost } from "./mesh-times.ts";
import { type Held, held, type MoveTable, moveTables } from "./moves.ts";
import type { Offer } from "./offers.ts";

/** How a planner prices what it divides. */
export interface Pricing {
  readonly stepCost: StepCost;
  /** Cost of an op that each rank does this share of. */
  readonly runCost: (v: number, share: number) => number;
  /** Numbers that the optimizer has for each weight. */
  readonly optimizerSlots: number;
}

/** Time in us or another unit, and bytes, of each label or pair of labels. */
export interface LabelCosts {
  readonly time: Float64Array;
  readonly memory: Float64Array;
}

/** The label problem with two costs of agents/exact/sharding/labels/frontier. */
export interface StepProblem {
  readonly nodes: readonly LabelCosts[];
  readonly edges: readonly { readonly u: number; readonly v: number; readonly ways: readonly LabelCosts[] }[];
}

export interface LabelTables {
  readonly groups: LabelGroups;
  readonly problem: StepProblem;
  /** The labels of each group as a plan. */
  planOf(labels: ArrayLike<number>): ShardingPlan;
}

interface Tables {
  readonly graph: OpGraph;
  readonly groups: LabelGroups;
  readonly counts: Int32Array;
  /** Each op's outputs and needs under each label. */
  readonly made: readonly (readonly (readonly Held[])[])[];
  readonly needed: readonly (readonly (readonly Held[])[])[];
  readonly moveTable: MoveTable;
  readonly time: readonly Float64Array[];
  readonly pairs: Map<number, Float64Array>;
}

export function labelTables(
  graph: OpGraph,
  mesh: Mesh,
  { offer, pricing }: { readonly offer: Offer; readonly pricing: Pricing },
): LabelTables {
  const sizes = sizesOf(mesh);
  const groups = labelGroups(graph);
  const { counts, splits } = groupSplits(graph, groups, { offer, sizes });
  const { groupOf } = groups;
  const time = Array.from(counts, (count) => new Float64Array(count));
  const memory = Array.from(counts, (count) => new Float64Array(count));
  const made: Held[][][] = [];
  const needed: Held[][][] = [];
  for (let v = 0; v < graph.opCount; v++) {
    const iteration = iterationOf(graph, v);
    made.push([]);
    needed.push([]);
    for (const [label, split] of splits[v].entries()) {
      const isWhole = iteration === null || split === null;
      const natural = isWhole ? null : naturalLayouts(iteration, split, null, rangesFor(offer, split, sizes));
      const share = isWhole ? 1 : workShare(iteration, split, (n, axes) => partLength(n, axes, sizes));
      time[groupOf[v]][label] += pricing.runCost(v, share);
      made[v].push(heldOf(iteration?.outputs, natural?.outputs, outputCount(graph, v)));
      needed[v].push(heldOf(iteration?.inputs, natural?.inputs, dataEdges(graph, v).length));
      const weights = heldOf(iteration?.parameters, natural?.parameters, 0);
      memory[groupOf[v]][label] +=
        stateBytes(graph, v, weights, sizes) * (1 + pricing.optimizerSlots) +
        keptBytes(graph, v, made[v][label], sizes);
    }
  }
  const moveTable = moveTables(sizes, pricing.stepCost);
  const tables: Tables = { graph, groups, counts, made, needed, moveTable, time, pairs: new Map() };
  for (let v = 0; v < graph.opCount; v++) addMoves(tables, v);
  const edges = [...tables.pairs].map(([key, costs]) => ({
    u: Math.floor(key / groups.count),
    v: key % groups.count,
    ways: [{ time: costs, memory: new Float64Array(costs.length) }],
  }));
  return {
    groups,
    problem: { nodes: time.map((each, group) => ({ time: each, memory: memory[group] })), edges },
    planOf: (labels) => groupPlan(mesh, groups, splits, labels),
  };
}

/** Where halos are offered, layouts list the rows that parts need. */
const rangesFor = ({ halos }: Offer, split: OpSplit, sizes: MeshSizes): DimensionRanges | undefined =>
  halos === true ? { sizes, ranges: split.map(() => null) } : undefined;

const outputCount = ({ outputStart }: OpGraph, v: number): number => outputStart[v + 1] - outputStart[v];

/** Tensors whose shape is not known are whole. */
const heldOf = (
  tensors: readonly TensorAxes[] | undefined,
  layouts: readonly Held["layout"][] | undefined,
  count: number,
): Held[] =>
  tensors === undefined || tensors.length < count
    ? Array.from({ length: count }, () => held([], replicated([])))
    : tensors.map(({ shape }, i) => held(shape, layouts?.[i] ?? replicated(shape)));

/** Weights, and once more for their gradients where the op has an update. */
function stateBytes(graph: OpGraph, v: number, weights: readonly Held[], sizes: readonly number[]): number {
  const total = graph.parameterBytes[v];
  if (total === 0) return 0;
  const elements = weights.map(({ shape }) => shape.reduce((product, n) => product * n, 1));
  const all = elements.reduce((sum, n) => sum + n, 0);
  if (all === 0) return total;
  return weights.reduce(
    (sum, { shape, layout }, i) => sum + ((total * elements[i]) / all) * localShare(shape, layout, sizes),
    0,
  );
}

/** Outputs of a forward op that another pass reads, and gradients of weights. */
function keptBytes(graph: OpGraph, v: number, made: readonly Held[], sizes: readonly number[]): number {
  const { role, outStart, outEdge, edgeOutput, edgeDestination, outputStart, outputBytes } = graph;
  const read = new Set<number>();
  for (let i = outStart[v]; i < outStart[v + 1]; i++) {
    const to = role[edgeDestination[outEdge[i]]];
    const isKept = role[v] === Role.forward ? to !== Role.forward : to === Role.update;
    if (isKept && edgeOutput[outEdge[i]] !== CONTROL) read.add(edgeOutput[outEdge[i]]);
  }
  let bytes = 0;
  for (const output of read)
    bytes +=
      outputBytes[outputStart[v] + output] *
      (made[output] === undefined ? 1 : localShare(made[output].shape, made[output].layout, sizes));
  return bytes;
}

/** Adds what it costs to bring the outputs of all producers to an op. */
function addMoves(tables: Tables, v: number): void {
  const { graph, groups, made, needed } = tables;
  const iteration = iterationOf(graph, v);
  /** Partial sums that meet here before they are reduced. */
  const met = new Set<string>();
  dataEdges(graph, v).forEach((edge, input) => {
    const source = graph.edgeSource[edge];
    const output = graph.edgeOutput[edge];
    if (graph.role[source] === Role.forward && groups.leads[source].kind === "whole") return;
    if (isBroughtBefore(tables, edge, input)) return;
    const from = made[source].map((each) => each[output]);
    const to = needed[v].map((each) => each[input]);
    let sumsMeet = false;
    if (iteration?.linearIn.includes(input) === true && iteration.linearIn.length > 1) {
      const key = `${groups.groupOf[source]}|${from.map(({ key: each }) => each).join()}`;
      sumsMeet = met.has(key);
      met.add(key);
    }
    addMove(tables, [groups.groupOf[source], groups.groupOf[v]], {
      from,
      to,
      bytes: graph.outputBytes[graph.outputStart[source] + output],
      sumsMeet,
    });
  });
}

/** Whether an earlier input of the group is the same tensor in the same layouts. */
function isBroughtBefore({ graph, groups, needed }: Tables, edge: number, input: number): boolean {
  const { outStart, outEdge, edgeSource, edgeOutput, edgeDestination } = graph;
  const source = edgeSource[edge];
  const v = edgeDestination[edge];
  const keys = (op: number, at: number): string =>
    needed[op].map((each) => `${each[at].shape.join("x")}:${each[at].key}`).join();
  let own: string | null = null;
  for (let i = outStart[source]; i < outStart[source + 1]; i++) {
    const other = outEdge[i];
    if (other >= edge) continue;
    if (
      edgeOutput[other] !== edgeOutput[edge] ||
      groups.groupOf[edgeDestination[other]] !== groups.groupOf[v]
    )
      continue;
    own ??= keys(v, input);
    if (keys(edgeDestination[other], inputOf(graph, other)) === own) return true;
  }
  return false;
}

/** Number of an edge among the data inputs of its op. */
function inputOf(graph: OpGraph, edge: number): number {
  let input = 0;
  for (let e = graph.inStart[graph.edgeDestination[edge]]; e < edge; e++)
    if (graph.edgeOutput[e] !== CONTROL) input++;
  return input;
}

interface Transfer {
  readonly from: readonly Held[];
  readonly to: readonly Held[];
  readonly bytes: number;
  readonly sumsMeet: boolean;
}

function addMove(
  { groups, counts, time, pairs, moveTable }: Tables,
  [a, b]: readonly [number, number],
  { from, to, bytes, sumsMeet }: Transfer,
): void {
  const sources = distinct(from);
  const targets = distinct(to);
  const table = moveTable(sources.all, targets.all, bytes).map((row, i) =>
    sumsMeet && sources.all[i].layout.partial.length > 0 ? row.map(() => 0) : row,
  );
  if (a === b) {
    for (let label = 0; label < counts[a]; label++)
      time[a][label] += table[sources.numberOf[label]][targets.numberOf[label]];
    return;
  }
  if (table.every((row) => row.every((cost) => cost === 0))) return;
  const [u, w] = a < b ? [a, b] : [b, a];
  const key = u * groups.count + w;
  const costs = pairs.get(key) ?? new Float64Array(counts[u] * counts[w]);
  pairs.set(key, costs);
  for (let x = 0; x < counts[a]; x++)
    for (let y = 0; y < counts[b]; y++)
      costs[a < b ? x * counts[b] + y : y * counts[a] + x] += table[sources.numberOf[x]][targets.numberOf[y]];
}

/** Equal ones of a list share a number. */
function distinct(list: readonly Held[]): { readonly all: readonly Held[]; readonly numberOf: Int32Array } {
  const numbers = new Map<string, number>();
  const all: Held[] = [];
  const numberOf = Int32Array.from(list, (each) => {
    const known = numbers.get(each.key);
    if (known !== undefined) return known;
    numbers.set(each.key, all.length);
    return all.push(each) - 1;
  });
  return { all, numberOf };
}
