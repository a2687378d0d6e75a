/**
 * Random weighted graphs for laws, most of them sparse, some in pieces, with vertices and edges of
 * weight 0 among them.
 */
import * as fc from "fast-check";
import { type Arcs, arcsOf } from "../../../../agents/search/partition/arcs.ts";
import type { OrderedGraph } from "../../../../agents/search/partition/coarsening.ts";
import { type WeightedGraph, weightedGraph } from "../../../../agents/search/partition/weighted-graph.ts";

interface Drawn {
  readonly vertexWeight: Float64Array;
  readonly edges: readonly (readonly [number, number, number])[];
}

const drawn = (mostVertices: number): fc.Arbitrary<Drawn> =>
  fc.integer({ min: 1, max: mostVertices }).chain((vertexCount) => {
    const vertex = fc.integer({ min: 0, max: vertexCount - 1 });
    const weight = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 900 }));
    return fc.record({
      vertexWeight: fc
        .array(weight, { minLength: vertexCount, maxLength: vertexCount })
        .map((weights) => Float64Array.from(weights)),
      edges: fc.array(fc.tuple(vertex, vertex, weight), { maxLength: 3 * vertexCount }),
    });
  });

const graphOf = ({ vertexWeight, edges }: Drawn): WeightedGraph =>
  weightedGraph(vertexWeight, {
    from: edges.map(([from]) => from),
    to: edges.map(([, to]) => to),
    weight: edges.map(([, , weight]) => weight),
  });

export const freeGraphs = (mostVertices: number): fc.Arbitrary<OrderedGraph & { arcs: null }> =>
  drawn(mostVertices).map((given) => ({ graph: graphOf(given), arcs: null }));

/** Arcs from the smaller number to the larger one, on every edge. */
export const orderedGraphs = (mostVertices: number): fc.Arbitrary<OrderedGraph & { arcs: Arcs }> =>
  drawn(mostVertices).map((given) => {
    const successors = Array.from(given.vertexWeight, () => [] as number[]);
    for (const [a, b] of given.edges) successors[Math.min(a, b)].push(Math.max(a, b));
    return { graph: graphOf(given), arcs: arcsOf(successors) };
  });

/** Limits of 1 to 4 parts, tight or wide, of unequal shares. */
export const limitsOf = ({ graph }: OrderedGraph): fc.Arbitrary<Float64Array> => {
  const total = graph.vertexWeight.reduce((sum, weight) => sum + weight, 0);
  return fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 1.05, 2),
    )
    .map(([shares, room]) => {
      const sum = shares.reduce((all, share) => all + share, 0);
      return Float64Array.from(shares, (share) => Math.ceil((room * total * share) / sum));
    });
};
