/** Drawn label problems for checks, with whole costs: sums of them are exact. */
import type { TwoCostProblem } from "../../../../agents/exact/sharding/labels/frontier/problem.ts";
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

/** Any graph of at most so many nodes; two nodes have at most one edge. */
export function anyProblem(rng: Rng, { layers, labels }: Sizes): LabelProblem {
  const count = 1 + rng.int(layers);
  const ends = Array.from({ length: count }, (_, v) =>
    Array.from({ length: v }, (_none, u): [number, number] => [u, v]),
  ).flat();
  return withCosts(
    rng,
    count,
    ends.filter(() => rng.int(3) === 0),
    labels,
  );
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

/** Times of the problem, and a memory drawn for each; of two ways every other edge has both. */
export function withDrawnMemory(
  rng: Rng,
  { nodes, edges }: LabelProblem,
  mostWays: 1 | 2 = 2,
): TwoCostProblem {
  const priced = (time: Float64Array) => ({
    time,
    memory: Float64Array.from(drawn(rng, time.length, 1, 99)),
  });
  return {
    nodes: nodes.map(priced),
    edges: edges.map(({ u, v, costs }) => {
      const other = Float64Array.from(drawn(rng, costs.length, 0, 99));
      return { u, v, ways: rng.int(mostWays) === 0 ? [priced(costs)] : [priced(costs), priced(other)] };
    }),
  };
}

/** A node, two that read it, and one that reads both. */
export const diamond = (rng: Rng, labels: number): LabelProblem =>
  withCosts(
    rng,
    4,
    [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ],
    labels,
  );
