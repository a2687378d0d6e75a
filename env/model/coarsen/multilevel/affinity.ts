/**
 * `Affinity`: how many bytes connect each two groups, both directions together, as an undirected
 * graph in compressed sparse rows. All edges count, backward ones too. A control edge counts with
 * no bytes.
 */
import type { OpGraph } from "../../graph/graph.ts";

export interface Affinity {
  /**
   * Neighbours of group g: neighbour[start[g] .. start[g + 1]), each once, in no particular order.
   */
  readonly start: Int32Array;
  readonly neighbour: Int32Array;
  readonly bytes: Float64Array;
}

export function affinityOf(graph: OpGraph, groupOf: ArrayLike<number>, groupCount: number): Affinity {
  const { edgeCount, edgeSource, edgeDestination, edgeBytes } = graph;
  const rawStart = new Int32Array(groupCount + 1);
  for (let e = 0; e < edgeCount; e++) {
    const [a, b] = [groupOf[edgeSource[e]], groupOf[edgeDestination[e]]];
    if (a === b) continue;
    rawStart[a + 1]++;
    rawStart[b + 1]++;
  }
  for (let g = 0; g < groupCount; g++) rawStart[g + 1] += rawStart[g];
  const next = rawStart.slice(0, groupCount);
  const end = new Int32Array(rawStart[groupCount]);
  const via = new Int32Array(rawStart[groupCount]);
  for (let e = 0; e < edgeCount; e++) {
    const [a, b] = [groupOf[edgeSource[e]], groupOf[edgeDestination[e]]];
    if (a === b) continue;
    end[next[a]] = b;
    via[next[a]++] = e;
    end[next[b]] = a;
    via[next[b]++] = e;
  }

  const start = new Int32Array(groupCount + 1);
  const neighbour = new Int32Array(end.length);
  const bytes = new Float64Array(end.length);
  const foundAt = new Int32Array(groupCount).fill(-1);
  let length = 0;
  for (let g = 0; g < groupCount; g++) {
    start[g] = length;
    for (let i = rawStart[g]; i < rawStart[g + 1]; i++) {
      if (foundAt[end[i]] < start[g]) {
        foundAt[end[i]] = length;
        neighbour[length++] = end[i];
      }
      bytes[foundAt[end[i]]] += edgeBytes[via[i]];
    }
  }
  start[groupCount] = length;
  return { start, neighbour: neighbour.subarray(0, length), bytes: bytes.subarray(0, length) };
}
