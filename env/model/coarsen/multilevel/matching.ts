/**
 * Heavy-edge matching (Karypis, Kumar, "A fast and high quality multilevel scheme for partitioning
 * irregular graphs", SIAM Journal on Scientific Computing 1998). Vertices choose in a given order.
 * Each takes the free neighbour behind its heaviest edge. Of equal edges it takes the one to the
 * lightest neighbour, then the smallest number.
 */

/** An undirected graph in compressed sparse rows, each edge in both rows. */
export interface Joined {
  readonly start: Int32Array;
  readonly neighbour: Int32Array;
  readonly edgeWeight: Float64Array;
}

export interface MatchingRule {
  /** Vertices in the order in which they choose. */
  readonly order: ArrayLike<number>;
  readonly vertexWeight: Float64Array;
  /** The most that a pair may weigh. */
  readonly weightLimit: number;
  readonly mayPair: (a: number, b: number) => boolean;
}

/** The mate of each vertex; the vertex itself where it has none. */
export function heavyEdgeMates({ start, neighbour, edgeWeight }: Joined, rule: MatchingRule): Int32Array {
  const { order, vertexWeight, weightLimit, mayPair } = rule;
  const mateOf = new Int32Array(vertexWeight.length).fill(-1);
  for (let at = 0; at < order.length; at++) {
    const a = order[at];
    if (mateOf[a] !== -1) continue;
    let mate = a;
    let heaviest = -1;
    for (let i = start[a]; i < start[a + 1]; i++) {
      const b = neighbour[i];
      if (mateOf[b] !== -1 || edgeWeight[i] < heaviest) continue;
      if (vertexWeight[a] + vertexWeight[b] > weightLimit || !mayPair(a, b)) continue;
      if (edgeWeight[i] === heaviest && !lighter(vertexWeight, b, mate)) continue;
      mate = b;
      heaviest = edgeWeight[i];
    }
    mateOf[a] = mate;
    mateOf[mate] = a;
  }
  return mateOf;
}

const lighter = (weight: Float64Array, a: number, b: number): boolean =>
  weight[a] < weight[b] || (weight[a] === weight[b] && a < b);
