/**
 * The levels of a multilevel partition. The finest is the graph itself; each coarser one contracts
 * the pairs of a heavy-edge matching. Coarsening ends when few vertices are left, or when matching
 * finds few pairs.
 *
 * If an order must be kept, no set of pairs may close a cycle. Two kinds of pairs are safe
 * together:
 *
 *   - a vertex and its only successor, or its only predecessor;
 *   - neighbours in one topological order that keeps labels together.
 */
import { heavyEdgeMates } from "../../../env/model/coarsen/multilevel/matching.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { type Arcs, contractedArcs, randomTopologicalOrder } from "./arcs.ts";
import { contracted, totalWeight, type WeightedGraph } from "./weighted-graph.ts";

export interface OrderedGraph {
  readonly graph: WeightedGraph;
  /** Every arc is also an edge of the graph. Null if no order is to be kept. */
  readonly arcs: Arcs | null;
}

export interface Level extends OrderedGraph {
  /** Vertex of this level for each vertex of the finer one; for itself on the finest. */
  readonly of: Int32Array;
}

type MayPair = (a: number, b: number) => boolean;

/** Coarsening ends at a level with more than this share of the vertices before it. */
const LEAST_HEADWAY = 0.95;
/** If more than this share of the vertices found no mate, they pair without an edge. */
const MOST_ALONE = 0.7;
/** The most that a pair may weigh, as a multiple of the mean weight at the coarsest level. */
const WEIGHT_OVER_MEAN = 3;

/** Finest first. Vertices of different labels never pair. */
export function coarseLevels(
  finest: OrderedGraph,
  vertexLimit: number,
  label: Int32Array,
  rng: Rng,
): Level[] {
  const weightLimit = (WEIGHT_OVER_MEAN * totalWeight(finest.graph)) / vertexLimit;
  const levels: Level[] = [{ ...finest, of: each(finest.graph.vertexCount) }];
  for (let fine = finest, labels = label; fine.graph.vertexCount > vertexLimit; ) {
    const { of, count } = pairUp(fine, labels, weightLimit, rng);
    if (count > LEAST_HEADWAY * of.length) break;
    labels = labelsOf(labels, of, count);
    fine = {
      graph: contracted(fine.graph, of, count),
      arcs: fine.arcs && contractedArcs(fine.arcs, of, count),
    };
    levels.push({ ...fine, of });
  }
  return levels;
}

function pairUp({ graph, arcs }: OrderedGraph, label: Int32Array, weightLimit: number, rng: Rng) {
  const { vertexCount, vertexWeight } = graph;
  const place = arcs && placesOf(randomTopologicalOrder(arcs, label, rng));
  const keepsOrder = arcs === null ? () => true : keepingOrder(arcs, place!);
  const mayPair: MayPair = (a, b) => label[a] === label[b] && keepsOrder(a, b);
  const order = rng.shuffle(each(vertexCount));
  const mateOf = heavyEdgeMates(graph, { order, vertexWeight, weightLimit, mayPair });
  let alone = 0;
  for (let v = 0; v < vertexCount; v++) if (mateOf[v] === v) alone++;
  if (alone > MOST_ALONE * vertexCount) {
    const line = place === null ? byStrongestNeighbour(graph, order) : orderOf(place);
    pairAlong(line, mateOf, (a, b) => vertexWeight[a] + vertexWeight[b] <= weightLimit && mayPair(a, b));
  }
  const of = new Int32Array(vertexCount);
  let count = 0;
  for (let v = 0; v < vertexCount; v++) of[v] = mateOf[v] < v ? of[mateOf[v]] : count++;
  return { of, count };
}

/**
 * Pairs each vertex without a mate with the next one in the line. Leaves of a star and isolated
 * vertices find no mate by matching.
 */
function pairAlong(line: Int32Array, mateOf: Int32Array, mayPair: MayPair): void {
  let before = -1;
  for (const v of line) {
    if (mateOf[v] !== v) continue;
    if (before === -1 || !mayPair(before, v)) {
      before = v;
      continue;
    }
    mateOf[v] = before;
    mateOf[before] = v;
    before = -1;
  }
}

/** Vertices ordered by strongest neighbour, so that those with the same one are consecutive. */
function byStrongestNeighbour(
  { start, neighbour, edgeWeight }: WeightedGraph,
  order: Int32Array,
): Int32Array {
  const strongest = new Int32Array(order.length).fill(-1);
  for (const v of order) {
    let most = -1;
    for (let i = start[v]; i < start[v + 1]; i++) {
      if (edgeWeight[i] <= most) continue;
      most = edgeWeight[i];
      strongest[v] = neighbour[i];
    }
  }
  return order.slice().sort((a, b) => strongest[a] - strongest[b]);
}

function placesOf(order: Int32Array): Int32Array {
  const place = new Int32Array(order.length);
  order.forEach((v, at) => {
    place[v] = at;
  });
  return place;
}

/** The inverse of the inverse of a permutation is the permutation itself. */
const orderOf = placesOf;

function keepingOrder(arcs: Arcs, place: Int32Array): MayPair {
  const { outStart, inStart } = arcs;
  const isOnlyWay = (from: number, to: number) =>
    outStart[from + 1] - outStart[from] === 1 || inStart[to + 1] - inStart[to] === 1;
  return (a, b) => {
    if (Math.abs(place[a] - place[b]) === 1) return true;
    return hasArc(arcs, a, b) ? isOnlyWay(a, b) : hasArc(arcs, b, a) && isOnlyWay(b, a);
  };
}

function hasArc({ outStart, successor }: Arcs, from: number, to: number): boolean {
  for (let i = outStart[from]; i < outStart[from + 1]; i++) if (successor[i] === to) return true;
  return false;
}

function labelsOf(label: Int32Array, of: Int32Array, count: number): Int32Array {
  const coarse = new Int32Array(count);
  for (let v = 0; v < of.length; v++) coarse[of[v]] = label[v];
  return coarse;
}

const each = (count: number): Int32Array => Int32Array.from({ length: count }, (_, v) => v);
