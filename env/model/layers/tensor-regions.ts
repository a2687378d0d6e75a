/**
 * Where Megatron-LM's splits fit a graph (Shoeybi et al., arXiv 1909.08053): regions that open with
 * products divided by their columns and close with products divided by their rows. In between every
 * op is divided along the same axis of its tensors. So a region takes one sum forward, of what
 * closes it, and one backward, of the gradient of what opens it.
 *
 * - Products that read the same tensor open a region together, such as those of attention.
 * - A region where some op cannot be divided evenly is left out.
 */
import { CONTROL, type OpGraph, Role } from "../graph/graph.ts";
import { type OpIteration, type TensorAxes, WHOLE } from "../graph/iteration.ts";
import { isEvenAlong } from "../layout/equal-parts.ts";
import { dataEdges, iterationOf } from "../plan/sharding.ts";
import { weightDimensions } from "./weight-dimensions.ts";

export interface TensorRegions {
  /** The dimension of each forward op that is divided, -1 for none, shape [opCount]. */
  readonly dimension: Int32Array;
  /** Ops whose outputs are summed in the forward pass. */
  readonly closing: readonly number[];
  /** Ops with weights that open a region, one for each sum of the backward pass. */
  readonly opening: readonly number[];
  /** Bytes of the tensor that each of them reads. */
  readonly openingBytes: readonly number[];
}

const NONE = -1;

const known = new WeakMap<OpGraph, Map<number, TensorRegions>>();

/** Regions that `degree` ranks can divide, worked out once for a graph. */
export function tensorRegions(graph: OpGraph, degree: number): TensorRegions {
  const ofGraph = known.get(graph) ?? new Map<number, TensorRegions>();
  const regions = ofGraph.get(degree) ?? regionsOf(graph, degree);
  known.set(graph, ofGraph.set(degree, regions));
  return regions;
}

function regionsOf(graph: OpGraph, degree: number): TensorRegions {
  const dimension = new Int32Array(graph.opCount).fill(NONE);
  const closing: number[] = [];
  const opening: number[] = [];
  const openingBytes: number[] = [];
  if (degree > 1)
    for (const group of openingGroups(graph, degree)) {
      const region = regionOf(graph, degree, group, dimension);
      if (region === null) continue;
      for (const [op, along] of region.dimensions) dimension[op] = along;
      closing.push(...region.closing);
      opening.push(group[0]);
      const [first] = dataEdges(graph, group[0]);
      openingBytes.push(graph.edgeBytes[first]);
    }
  return { dimension, closing, opening, openingBytes };
}

/** Products with weights by the tensor that they read, in topological order. */
function openingGroups(graph: OpGraph, degree: number): number[][] {
  const groups = new Map<string, number[]>();
  for (const v of graph.topologicalOrder) {
    if (graph.role[v] !== Role.forward || graph.parameterBytes[v] === 0) continue;
    const iteration = iterationOf(graph, v);
    if (iteration === null || columnOf(iteration, degree) === NONE) continue;
    const [first] = dataEdges(graph, v);
    if (first === undefined) continue;
    const key = `${graph.edgeSource[first]}:${graph.edgeOutput[first]}`;
    groups.set(key, [...(groups.get(key) ?? []), v]);
  }
  return [...groups.values()];
}

/** The first columns of a product's weight that can be divided. */
function columnOf(iteration: OpIteration, degree: number): number {
  const { dimensions, sums, outputs } = iteration;
  if (sums.length === 0 || outputs.length !== 1) return NONE;
  const isFeature = (d: number): boolean => ["feature", "channel"].includes(dimensions[d].kind);
  const { columns } = weightDimensions(iteration);
  return columns.find((d) => isFeature(d) && isEvenAlong(iteration, d, degree)) ?? NONE;
}

interface Region {
  readonly dimensions: ReadonlyMap<number, number>;
  readonly closing: readonly number[];
}

/** Null where the region cannot be divided, or meets another one. */
function regionOf(
  graph: OpGraph,
  degree: number,
  group: readonly number[],
  taken: Int32Array,
): Region | null {
  const dimensions = new Map<number, number>();
  const closing: number[] = [];
  for (const v of group) {
    if (taken[v] !== NONE) return null;
    dimensions.set(v, columnOf(iterationOf(graph, v)!, degree));
  }
  for (const v of graph.topologicalOrder) {
    if (graph.role[v] !== Role.forward || group.includes(v)) continue;
    const along = alongIn(graph, v, dimensions, closing);
    if (along === NONE) continue;
    const iteration = iterationOf(graph, v);
    if (along === null || iteration === null || taken[v] !== NONE || !isEvenAlong(iteration, along, degree))
      return null;
    dimensions.set(v, along);
    if (iteration.sums.includes(along)) {
      if (graph.parameterBytes[v] === 0) return null;
      closing.push(v);
    } else if (
      !hasForwardUser(graph, v) ||
      !iteration.outputs.every((tensor) => tensor.along.includes(along))
    )
      return null;
  }
  return closing.length === 0 ? null : { dimensions, closing };
}

/** The dimension that divided inputs run along, -1 for none, null where they do not agree. */
function alongIn(
  graph: OpGraph,
  v: number,
  dimensions: ReadonlyMap<number, number>,
  closing: readonly number[],
): number | null {
  let found = NONE;
  const edges = dataEdges(graph, v);
  for (const [i, e] of edges.entries()) {
    const source = graph.edgeSource[e];
    const divided = dimensions.get(source);
    if (divided === undefined || closing.includes(source)) continue;
    const output = iterationOf(graph, source)!.outputs[graph.edgeOutput[e]];
    const input = iterationOf(graph, v)?.inputs[i];
    const along = input === undefined ? WHOLE : dimensionAt(input, output, divided);
    if (along === WHOLE || (found !== NONE && along !== found)) return null;
    found = along;
  }
  return found;
}

/** The dimension of the user along the axis that its producer has divided. */
function dimensionAt(input: TensorAxes, output: TensorAxes, divided: number): number {
  if (input.shape.join() !== output.shape.join()) return WHOLE;
  return input.along[output.along.indexOf(divided)] ?? WHOLE;
}

function hasForwardUser(
  { outStart, outEdge, edgeOutput, edgeDestination, role }: OpGraph,
  v: number,
): boolean {
  for (let i = outStart[v]; i < outStart[v + 1]; i++)
    if (edgeOutput[outEdge[i]] !== CONTROL && role[edgeDestination[outEdge[i]]] === Role.forward) return true;
  return false;
}
