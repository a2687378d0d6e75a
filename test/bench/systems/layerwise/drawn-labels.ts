/** Drawn label problems for checks, with whole costs: sums of them are exact. */
import type { LabelEdge, LabelProblem } from "../../../../agents/exact/sharding/labels/problem.ts";
import type { Rng } from "../../../../env/index.ts";
import { drawn } from "../pipelines/figures.ts";

interface Sizes {
  readonly layers: number;
  readonly labels: number;
}

/**
 * A series-parallel graph from an edge. Steps put a node on an edge, or an edge beside one, until
 * there are all layers.
 */
export function seriesParallelProblem(rng: Rng, { layers, labels }: Sizes): LabelProblem {
  const count = 2 + rng.int(layers - 1);
  let ends: [number, number][] = [[0, 1]];
  for (let node = 2; node < count; ) {
    const at = rng.int(ends.length);
    const [u, v] = ends[at];
    if (rng.int(3) === 0) ends.push([u, v]);
    else ends = [...ends.toSpliced(at, 1), [u, node], [node++, v]];
  }
  return withCosts(rng, count, ends, labels);
}

function withCosts(rng: Rng, count: number, ends: readonly [number, number][], labels: number): LabelProblem {
  const sizes = drawn(rng, count, 1, labels);
  return {
    nodes: sizes.map((size) => Float64Array.from(drawn(rng, size, 0, 99))),
    edges: ends.map(([u, v]): LabelEdge => {
      return { u, v, costs: Float64Array.from(drawn(rng, sizes[u] * sizes[v], 0, 99)) };
    }),
  };
}
