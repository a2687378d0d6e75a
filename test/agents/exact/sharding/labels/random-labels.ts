/** Random label problems for laws: any graph, or a graph without directed cycles. */
import fc from "fast-check";
import type { TwoCostProblem } from "../../../../../agents/exact/sharding/labels/frontier/problem.ts";
import type { LabelProblem } from "../../../../../agents/exact/sharding/labels/problem.ts";

export interface Sizes {
  readonly nodes: number;
  readonly labels: number;
  readonly edges: number;
  /** One cost in so many is Infinity; none where it is not given. */
  readonly forbidden?: number;
}

const costs = (
  length: number,
  [least, most]: readonly [number, number],
  forbidden: number | undefined,
): fc.Arbitrary<Float64Array> => {
  const number = fc.integer({ min: least, max: most });
  const cost =
    forbidden === undefined
      ? number
      : fc.oneof(
          { weight: forbidden - 1, arbitrary: number },
          { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
        );
  return fc.array(cost, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
};

/** Labels of each node, and the ends of each edge, the lower first. */
const shapes = ({ nodes, labels, edges }: Sizes) =>
  fc.array(fc.integer({ min: 1, max: labels }), { minLength: 1, maxLength: nodes }).chain((counts) => {
    const node = fc.nat(counts.length - 1);
    const ends = fc.uniqueArray(fc.tuple(node, node), {
      maxLength: counts.length === 1 ? 0 : edges,
      selector: ([u, v]) => `${u} ${v}`,
    });
    return fc.tuple(
      fc.constant(counts),
      ends.map((all) => all.filter(([u, v]) => u !== v)),
    );
  });

/** Edges in both directions between two nodes count as parallel ones. */
export const labelProblems = (sizes: Sizes): fc.Arbitrary<LabelProblem> =>
  shapes(sizes).chain(([counts, ends]) =>
    fc.record({
      nodes: fc.tuple(...counts.map((count) => costs(count, [-9, 20], sizes.forbidden))),
      edges: fc.tuple(
        ...ends.map(([u, v]) =>
          costs(counts[u] * counts[v], [-9, 20], sizes.forbidden).map((table) => ({ u, v, costs: table })),
        ),
      ),
    }),
  );

/** The same, with edges from lower to higher nodes. */
export const acyclicProblems = (sizes: Sizes): fc.Arbitrary<LabelProblem> =>
  labelProblems(sizes).map(({ nodes, edges }) => ({ nodes, edges: edges.filter(({ u, v }) => u < v) }));

export const twoCostProblems = (sizes: Sizes): fc.Arbitrary<TwoCostProblem> =>
  shapes(sizes).chain(([counts, ends]) => {
    const twoCosts = (length: number) =>
      fc.record({ time: costs(length, [0, 9], sizes.forbidden), memory: costs(length, [0, 9], undefined) });
    const edges = ends.map(([u, v]) =>
      fc
        .array(twoCosts(counts[u] * counts[v]), { minLength: 1, maxLength: 2 })
        .map((ways) => ({ u, v, ways })),
    );
    return fc.record({ nodes: fc.tuple(...counts.map(twoCosts)), edges: fc.tuple(...edges) });
  });
