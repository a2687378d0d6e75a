/**
 * Tensor parallelism in two dimensions (Optimus: Xu, Li, Gong, You, arXiv 2104.05343), and in two
 * and a half (Tesseract: Wang, Bian et al., arXiv 2105.14500). Each product with weights runs on a
 * grid of q x q ranks panel by panel, as SUMMA does. Activations and weights lie in q x q tiles.
 * With a depth there are so many grids, each with a copy of the weights and a part of the rows.
 *
 * All else has its rows divided over the grid, and features where a product has made them so. A
 * layer norm needs whole rows here, which an all-to-all brings; Optimus sums its statistics.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { type Mesh, sizesOf } from "../../../../env/model/layout/mesh.ts";
import { type OpSplit, unsplit } from "../../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { OpPanels } from "../../../../env/model/plan/sharding-fields/op-fields.ts";
import { completedSplits } from "../completed-splits.ts";
import { type SplitRules, splitRules } from "../legal-splits.ts";
import { onRows, withSpareAxes } from "./row-axes.ts";
import { type WeightedProduct, weightedProducts } from "./weighted-products.ts";

/** The last two axes of the mesh are the grid's, those before are copies and depth. */
export function summaPlan(graph: OpGraph, mesh: Mesh): ShardingPlan {
  const sizes = sizesOf(mesh);
  const rules = splitRules(graph, sizes);
  const given = new Array<OpSplit | null>(graph.opCount).fill(null);
  const panels: OpPanels[] = [];
  for (const product of weightedProducts(graph)) {
    const split = gridSplit(graph, rules, product, sizes.length);
    if (split === null) continue;
    given[product.op] = split;
    panels.push({ op: product.op, dimension: product.row, axes: [sizes.length - 2, sizes.length - 1] });
  }
  const split = withSpareAxes(graph, rules, completedSplits(graph, sizes, given, panels), [...sizes.keys()]);
  return { kind: "sharding", mesh, split, panels };
}

/** Rows along all axes but the last, columns along the last; null where parts would be unequal. */
function gridSplit(
  graph: OpGraph,
  rules: SplitRules,
  { op, column, row }: WeightedProduct,
  axes: number,
): OpSplit | null {
  const last = axes - 1;
  const whole = unsplit(iterationOf(graph, op)!);
  const isEven = rules.isLegal(
    op,
    whole.map((_, d) => (d === row ? [last] : [])),
  );
  const columns = whole.map((_, d) => (d === column ? [last] : []));
  if (!isEven || !rules.isLegal(op, columns)) return null;
  let split: OpSplit | null = columns;
  for (let axis = 0; axis < last; axis++)
    split = split === null ? null : onRows(graph, rules, op, split, axis);
  return split;
}
