/** Lists of weighted edges, and the same edges sorted by the node that receives, for the kernel. */

export interface EdgeList {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface WeightedEdges extends EdgeList {
  readonly weight: Float32Array;
}

/** Weights that make the sum over neighbours their mean. */
export function meanEdges({ from, to }: EdgeList): WeightedEdges {
  const degree = new Map<number, number>();
  for (const node of to) degree.set(node, (degree.get(node) ?? 0) + 1);
  return { from, to, weight: Float32Array.from(to, (node) => 1 / degree.get(node)!) };
}

/** The edges into row r are start[r] .. start[r + 1], in the order of the list. */
export interface Incoming {
  readonly rows: number;
  readonly start: Int32Array;
  readonly from: Int32Array;
  readonly weight: Float32Array;
}

export function incomingOf({ from, to, weight }: WeightedEdges, rows: number): Incoming {
  const start = new Int32Array(rows + 1);
  for (const row of to) start[row + 1]++;
  for (let row = 0; row < rows; row++) start[row + 1] += start[row];
  const next = start.slice(0, rows);
  const sorted = { from: new Int32Array(from.length), weight: new Float32Array(from.length) };
  for (let e = 0; e < from.length; e++) {
    const at = next[to[e]]++;
    sorted.from[at] = from[e];
    sorted.weight[at] = weight[e];
  }
  return { rows, start, ...sorted };
}
