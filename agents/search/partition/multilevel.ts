/**
 * A partition of a weighted graph into parts of limited weight with a small cut: repeated
 * multilevel k-way partitioning (Karypis, Kumar, 1998). If the graph has arcs, no arc leads to an
 * earlier part (after Herrmann, Ozkaya, Ucar, Kaya, Catalyurek, "Multilevel algorithms for acyclic
 * partitioning of directed acyclic graphs", SIAM Journal on Scientific Computing 2019).
 *
 * Each try coarsens in another random order, splits the coarsest level and refines on the way back.
 *
 * Each cycle coarsens again, but never across a part of two good partitions (Sanders, Schulz,
 * "Distributed evolutionary graph partitioning", ALENEX 2012). The two may be the same partition.
 * Whole clusters can move then. The result is never worse than the better of the two.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { blockPartition, reblocked } from "./blocks.ts";
import { coarseLevels, type Level, type OrderedGraph } from "./coarsening.ts";
import { grownPartition } from "./growing.ts";
import { anyPart, inOrder, type MoveRule } from "./move-rule.ts";
import { packedPartition } from "./packing.ts";
import { type PartitionState, partitionState } from "./partition-state.ts";
import { refine } from "./refinement.ts";

export interface Partition {
  /** Part of each vertex. */
  readonly part: Int32Array;
  /** Weight of the edges between parts. */
  readonly cut: number;
  /** Weight above the limits, summed over the parts: 0 if all limits are met. */
  readonly overload: number;
}

export interface Effort {
  readonly tries: number;
  readonly cycles: number;
}

const COARSEST_PER_PART = 15;
const COARSEST_LEAST = 60;
/** The dynamic program over blocks takes time and memory in the square of the vertices. */
const MOST_TO_REBLOCK = 250;

/** Yields the best so far after each try and cycle. Pre: weights are whole, so sums are exact. */
export function* multilevelPartition(
  finest: OrderedGraph,
  limit: Float64Array,
  { tries, cycles }: Effort,
  rng: Rng,
): Generator<Partition, Partition> {
  const pool: Partition[] = [];
  for (let t = 0; t < tries; t++) {
    pool.push(fromScratch(finest, limit, rng));
    pool.sort(byQuality);
    yield pool[0];
  }
  // A graph that is too small to coarsen has no clusters to move.
  const useful = finest.graph.vertexCount > coarsestCount(limit) ? cycles : 0;
  for (let c = 0; c < useful; c++) {
    const [better, other] = [rng.int(pool.length), rng.int(pool.length)].sort((a, b) => a - b);
    const child = combined(finest, limit, pool[better], pool[other], rng);
    if (!pool.some(({ cut, overload }) => cut === child.cut && overload === child.overload)) {
      pool.push(child);
      pool.sort(byQuality);
      pool.pop();
    }
    yield pool[0];
  }
  return pool[0];
}

const byQuality = (a: Partition, b: Partition): number => a.overload - b.overload || a.cut - b.cut;

function fromScratch(finest: OrderedGraph, limit: Float64Array, rng: Rng): Partition {
  const oneLabel = new Int32Array(finest.graph.vertexCount);
  const levels = coarseLevels(finest, coarsestCount(limit), oneLabel, rng);
  const coarsest = levels[levels.length - 1];
  const [first] = firstPartitions(coarsest, limit, rng)
    .map((part) => refined(coarsest, part, limit, rng))
    .sort(byQuality);
  return refinedDown(levels, first.part, limit, rng);
}

/**
 * Each suits other graphs: the grown one if edges decide, the packed one if weights do, the random
 * one if neither guides.
 */
function firstPartitions({ graph, arcs }: OrderedGraph, limit: Float64Array, rng: Rng): Int32Array[] {
  if (arcs !== null) return [blockPartition(graph, arcs, limit, rng)];
  const drawn = Int32Array.from({ length: graph.vertexCount }, () => rng.int(limit.length));
  return [grownPartition(graph, limit, rng), packedPartition(graph, limit, rng), drawn];
}

function combined(
  finest: OrderedGraph,
  limit: Float64Array,
  better: Partition,
  other: Partition,
  rng: Rng,
): Partition {
  const agreed = better.part.map((p, v) => p * limit.length + other.part[v]);
  const levels = coarseLevels(finest, coarsestCount(limit), agreed, rng);
  const first = levels.reduce((part, { of, graph }) => {
    const coarser = new Int32Array(graph.vertexCount);
    for (let v = 0; v < of.length; v++) coarser[of[v]] = part[v];
    return coarser;
  }, better.part);
  return refinedDown(levels, first, limit, rng);
}

const coarsestCount = (limit: Float64Array): number =>
  Math.max(COARSEST_LEAST, COARSEST_PER_PART * limit.length);

/** Carries a partition from the coarsest level to the finest, and refines it at each level. */
function refinedDown(levels: readonly Level[], first: Int32Array, limit: Float64Array, rng: Rng): Partition {
  let state: PartitionState = refined(levels[levels.length - 1], first, limit, rng);
  for (let l = levels.length - 2; l >= 0; l--) {
    const { part } = state;
    state = refined(
      levels[l],
      levels[l + 1].of.map((coarse) => part[coarse]),
      limit,
      rng,
    );
  }
  const { part, cut, overload } = state;
  return { part, cut, overload };
}

function refined(level: OrderedGraph, part: Int32Array, limit: Float64Array, rng: Rng): PartitionState {
  const { graph, arcs } = level;
  const start =
    arcs === null || graph.vertexCount > MOST_TO_REBLOCK ? part : reblocked(graph, arcs, limit, part, rng);
  const state = partitionState(graph, start, limit);
  refine(state, ruleOf(level, state), rng);
  return state;
}

export function ruleOf({ arcs }: OrderedGraph, { part, partCount }: PartitionState): MoveRule {
  return arcs === null ? anyPart(partCount) : inOrder(arcs, part, partCount);
}
