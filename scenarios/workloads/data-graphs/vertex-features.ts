/**
 * What Roc's cost model sees of a vertex in a layer (Jia et al., MLSys 2020): it, its neighbours,
 * the runs of consecutive ids among them, and how often a warp loads ids and activations. All are
 * sums over vertices, so a range of vertices has the sums of its own.
 *
 * The list is from memory of the paper. The width of a load is ours.
 */
import type { DataGraph } from "./data-graph.ts";

/** Elements that one load brings. */
export const LOAD_WIDTH = 32;

export const vertexFeatureNames = ["vertices", "neighbours", "runs", "idLoads", "activationLoads"] as const;
export type VertexFeatures = Readonly<Record<(typeof vertexFeatureNames)[number], Float64Array>>;

/** Of each vertex, in a layer that sums activations of so many elements. */
export function vertexFeatures({ vertexCount, start, neighbours }: DataGraph, width: number): VertexFeatures {
  const [runs, idLoads, activationLoads] = [0, 1, 2].map(() => new Float64Array(vertexCount));
  for (let v = 0; v < vertexCount; v++) {
    for (let at = start[v]; at < start[v + 1]; ) {
      let end = at + 1;
      while (end < start[v + 1] && neighbours[end] === neighbours[end - 1] + 1) end++;
      runs[v]++;
      idLoads[v] += Math.ceil((end - at) / LOAD_WIDTH);
      activationLoads[v] += Math.ceil(((end - at) * width) / LOAD_WIDTH);
      at = end;
    }
  }
  return {
    vertices: new Float64Array(vertexCount).fill(1),
    neighbours: Float64Array.from({ length: vertexCount }, (_, v) => start[v + 1] - start[v]),
    runs,
    idLoads,
    activationLoads,
  };
}
