/**
 * The weights of a Transformer that a recipe of GSPMD or Megatron annotates, found by dimensions
 * alone. They are products whose features reach the summed dimension of another product without
 * leaving their parts. Those with heads on the way are of attention. Layer norms keep their rows
 * whole, so the residual stream links no weights.
 *
 * Sources: Xu et al. (GSPMD, arXiv 2105.04663, 5.1), Shoeybi et al. (Megatron, arXiv 1909.08053).
 */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { weightDimensions } from "../../../env/model/layers/weight-dimensions.ts";
import type { PropagationRules } from "../../../env/model/layout/propagation/rules.ts";

/** A weight of two axes or more, and the dimension of its op that the recipe divides. */
export interface RecipeWeight {
  readonly op: number;
  readonly dimension: number;
  /** Whether parts of it give partial sums, as those of W_o and W_2 do. */
  readonly isSummed: boolean;
  readonly part: "attention" | "feed-forward";
}

/** Empty where the graph has no heads: then it is no Transformer. */
export function transformerWeights(rules: PropagationRules): RecipeWeight[] {
  const { graph, dimensionStart } = rules;
  const weights = [...rules.ops].flatMap((op) => productWeights(graph, op));
  const marksOf = (wanted: boolean) =>
    new Map(
      weights
        .filter(({ isSummed }) => isSummed === wanted)
        .map(({ op, dimension }) => [dimensionStart[op] + dimension, WEIGHT]),
    );
  const before = spread(rules, marksOf(false), "forward");
  const behind = spread(rules, marksOf(true), "backward");
  const found = weights.flatMap((weight): RecipeWeight[] => {
    const marks = (weight.isSummed ? before : behind)[dimensionStart[weight.op] + weight.dimension];
    if ((marks & REACHED) === 0) return [];
    return [{ ...weight, part: (marks & HEADS) === 0 ? "feed-forward" : "attention" }];
  });
  return found.some(({ part }) => part === "attention") ? found : [];
}

/** Dimensions of a product's weight, where it has features and a sum. */
function productWeights(graph: OpGraph, op: number): Omit<RecipeWeight, "part">[] {
  const iteration = graph.iterations![op]!;
  const { columns, rows } = weightDimensions(iteration);
  const kindOf = (d: number) => iteration.dimensions[d].kind;
  const features = columns.filter((d) => kindOf(d) === "feature");
  const summed = rows.filter((d) => kindOf(d) === "contraction");
  if (features.length === 0 || summed.length === 0) return [];
  return [
    ...features.map((dimension) => ({ op, dimension, isSummed: false })),
    ...summed.map((dimension) => ({ op, dimension, isSummed: true })),
  ];
}

/** Marks of a dimension: it is a weight's, it is linked to one, heads are on the way. */
const [WEIGHT, REACHED, HEADS] = [1, 2, 4];

/** Spreads marks along links; a mark of a weight becomes `REACHED` at its neighbours. */
function spread(
  { ops, graph, inputs, outputs, opOf, dimensionStart }: PropagationRules,
  starts: ReadonlyMap<number, number>,
  direction: "forward" | "backward",
): Uint8Array {
  const isForward = direction === "forward";
  const marks = new Uint8Array(opOf.length);
  for (const [dimension, mark] of starts) marks[dimension] = mark;
  for (const op of isForward ? ops : [...ops].reverse()) {
    for (const { pairs } of isForward ? inputs[op] : outputs[op])
      for (const { from, to } of pairs) {
        if (from === -1 || to === -1) continue;
        const [source, target] = isForward ? [from, to] : [to, from];
        if (marks[source] !== 0) marks[target] |= REACHED | (marks[source] & HEADS);
      }
    graph.iterations![op]!.dimensions.forEach(({ kind }, d) => {
      const number = dimensionStart[op] + d;
      if (kind === "head" && marks[number] !== 0) marks[number] |= HEADS;
    });
  }
  return marks;
}
