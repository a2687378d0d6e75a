/**
 * `DataGraph`: the graph that a graph neural network learns on, and how one is drawn. Its vertices
 * are data; ops and devices are none of them. Edges go both ways, and no vertex is its own
 * neighbour.
 *
 * The model is that of Chung and Lu (2002): an edge joins two vertices with a probability that is
 * proportional to their weights. Weights have the distribution of Yule and Simon, whose tail is a
 * power law. Vertices come in communities of unequal size and density, and most edges stay in one.
 * Nothing but integers, `+ - * /` and rounding is used, so a graph has the same bytes everywhere.
 */
import type { Rng } from "../../../env/model/rng.ts";

export interface DataGraph {
  readonly vertexCount: number;
  /** Neighbours of v: neighbours[start[v] .. start[v + 1]), ascending. */
  readonly start: Int32Array;
  readonly neighbours: Int32Array;
}

export interface DataGraphShape {
  readonly vertices: number;
  /** Mean number of neighbours, before edges that were drawn twice are dropped. */
  readonly degree: number;
  /** Of the power law of weights; from about 10 on nearly all are equal. */
  readonly exponent: number;
  readonly communities: number;
  /** Ids at random; else the vertices of a community have neighbouring ids. */
  readonly shuffled: boolean;
}

/** Edges that stay in the community of their first vertex. */
const INSIDE = 0.75;
/** The densest community has as many times the weight of the sparsest. */
const DENSITIES = 8;
/** The largest community has about as many times the vertices of the smallest. */
const SIZES = 4;
/** The largest weight before densities, over the number of vertices. */
const LARGEST_WEIGHT = 1 / 16;

export function drawDataGraph(shape: DataGraphShape, rng: Rng): DataGraph {
  const { vertices, degree, shuffled } = shape;
  const { bounds, sums } = weightsOf(shape, rng.child("weights"));
  const ids = Int32Array.from({ length: vertices }, (_, v) => v);
  if (shuffled) rng.child("ids").shuffle(ids);
  const edges = Math.round((vertices * degree) / 2);
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  const draws = rng.child("edges");
  for (let e = 0; e < edges; e++) {
    const u = drawn(sums, 0, vertices, draws.next());
    const c = bounds.communityOf[u];
    const isInside = draws.next() < INSIDE;
    const v = isInside
      ? drawn(sums, bounds.start[c], bounds.start[c + 1], draws.next())
      : drawn(sums, 0, vertices, draws.next());
    from[e] = ids[u];
    to[e] = ids[v];
  }
  return symmetric(vertices, from, to);
}

/** The graph with each of these edges both ways; loops and repeats are dropped. */
export function symmetric(vertexCount: number, from: Int32Array, to: Int32Array): DataGraph {
  const loose = new Int32Array(vertexCount + 1);
  for (let e = 0; e < from.length; e++) {
    if (from[e] === to[e]) continue;
    loose[from[e] + 1]++;
    loose[to[e] + 1]++;
  }
  for (let v = 0; v < vertexCount; v++) loose[v + 1] += loose[v];
  const all = new Int32Array(loose[vertexCount]);
  const next = loose.slice(0, vertexCount);
  for (let e = 0; e < from.length; e++) {
    if (from[e] === to[e]) continue;
    all[next[from[e]]++] = to[e];
    all[next[to[e]]++] = from[e];
  }
  const start = new Int32Array(vertexCount + 1);
  let kept = 0;
  for (let v = 0; v < vertexCount; v++) {
    const own = all.subarray(loose[v], loose[v + 1]).sort();
    let last = -1;
    for (const each of own) {
      if (each === last) continue;
      all[kept++] = each;
      last = each;
    }
    start[v + 1] = kept;
  }
  return { vertexCount, start, neighbours: all.slice(0, kept) };
}

/** Communities as ranges of vertices, and sums of the weights before each vertex. */
function weightsOf({ vertices, exponent, communities }: DataGraphShape, rng: Rng) {
  const sizes = Array.from({ length: communities }, () => 1 + (SIZES - 1) * rng.next());
  const density = Array.from({ length: communities }, () => 1 + rng.int(DENSITIES));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const start = new Int32Array(communities + 1);
  let before = 0;
  for (let c = 0; c < communities; c++) {
    before += sizes[c];
    start[c + 1] = c === communities - 1 ? vertices : Math.floor((vertices * before) / all);
  }
  const communityOf = new Int32Array(vertices);
  for (let c = 0; c < communities; c++) communityOf.fill(c, start[c], start[c + 1]);

  const shares = powerLaw(exponent, Math.max(1, Math.floor(vertices * LARGEST_WEIGHT)));
  const sums = new Float64Array(vertices + 1);
  for (let v = 0; v < vertices; v++) {
    const weight = 1 + drawn(shares, 0, shares.length - 1, rng.next());
    sums[v + 1] = sums[v] + weight * density[communityOf[v]];
  }
  return { bounds: { start, communityOf }, sums };
}

/** Sums of the shares of weights 1, 2, ..., `most` under Yule and Simon's distribution. */
function powerLaw(exponent: number, most: number): Float64Array {
  const sums = new Float64Array(most + 1);
  let share = 1;
  for (let k = 1; k <= most; k++) {
    sums[k] = sums[k - 1] + share;
    share *= k / (k + exponent);
  }
  return sums;
}

/** An index from `low` to before `high`, by its share of the sums; `uniform` is in [0, 1). */
function drawn(sums: Float64Array, low: number, high: number, uniform: number): number {
  const wanted = sums[low] + uniform * (sums[high] - sums[low]);
  let [first, last] = [low, high - 1];
  while (first < last) {
    const middle = (first + last) >> 1;
    if (sums[middle + 1] > wanted) last = middle;
    else first = middle + 1;
  }
  return first;
}
