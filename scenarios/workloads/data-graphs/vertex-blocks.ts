/**
 * A data graph in blocks of neighbouring ids, each with an equal number of vertices. A block is
 * what a placement can move, so cuts lie between blocks.
 */
import type { DataGraph } from "./data-graph.ts";

export interface VertexBlock {
  readonly firstVertex: number;
  readonly vertices: number;
  readonly neighbours: number;
  /** Different vertices among its neighbours. */
  readonly distinct: number;
  /** Blocks of its neighbours, ascending. */
  readonly sources: readonly number[];
}

export function vertexBlocks({ vertexCount, start, neighbours }: DataGraph, blocks: number): VertexBlock[] {
  const first = Int32Array.from({ length: blocks + 1 }, (_, b) => Math.floor((b * vertexCount) / blocks));
  const blockOf = new Int32Array(vertexCount);
  for (let b = 0; b < blocks; b++) blockOf.fill(b, first[b], first[b + 1]);
  const readBy = new Int32Array(vertexCount).fill(-1);
  return Array.from({ length: blocks }, (_, b) => {
    const read = new Int32Array(blocks);
    let distinct = 0;
    const [from, to] = [start[first[b]], start[first[b + 1]]];
    for (let e = from; e < to; e++) {
      const u = neighbours[e];
      if (readBy[u] === b) continue;
      readBy[u] = b;
      read[blockOf[u]] = 1;
      distinct++;
    }
    return {
      firstVertex: first[b],
      vertices: first[b + 1] - first[b],
      neighbours: to - from,
      distinct,
      sources: [...read.keys()].filter((block) => read[block] === 1),
    };
  });
}
