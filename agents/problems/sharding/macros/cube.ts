/**
 * Tensor parallelism in three dimensions (Bian, Xu et al., "Maximizing Parallelism in Distributed
 * Training for Huge Neural Networks", arXiv 2105.14450; Agarwal et al., 1995). A product on a cube
 * of ranks gathers activations along one axis and weights along another. It then scatters the sums
 * of its output along the third. So each rank stores one part of the cube of everything.
 *
 * Products swap the axes of their inner and outer features in turn. Weights are gathered again for
 * the backward pass, as ZeRO's stage 3 does; gathered activations stay until that pass.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { type Mesh, sizesOf } from "../../../../env/model/layout/mesh.ts";
import { naturalLayouts, type OpSplit, splitByName, unsplit } from "../../../../env/model/layout/natural.ts";
import { dataEdges, iterationOf, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { OutputLayout } from "../../../../env/model/plan/sharding-fields/op-fields.ts";
import { completedSplits } from "../completed-splits.ts";
import { type SplitRules, splitRules } from "../legal-splits.ts";
import { onRows, withSpareAxes } from "./row-axes.ts";
import { weightedProducts } from "./weighted-products.ts";

/** The last three axes of the mesh are the cube's, those before are copies. */
export function cubePlan(graph: OpGraph, mesh: Mesh): ShardingPlan {
  const sizes = sizesOf(mesh);
  const count = sizes.length;
  const rules = splitRules(graph, sizes);
  const rowAxes = [...sizes.keys()].slice(0, count - 2);
  const products = new Map(weightedProducts(graph).map((product) => [product.op, product]));
  const given = new Array<OpSplit | null>(graph.opCount).fill(null);
  const layouts: OutputLayout[] = [];
  /** Mesh axis along which the features of each op's outputs lie. */
  const lying = new Int32Array(graph.opCount).fill(count - 1);
  for (const v of graph.topologicalOrder) {
    if (graph.role[v] !== Role.forward) continue;
    const [first] = dataEdges(graph, v);
    if (first !== undefined) lying[v] = lying[graph.edgeSource[first]];
    const product = products.get(v);
    if (product === undefined) continue;
    const inner = lying[v];
    const outer = inner === count - 1 ? count - 2 : count - 1;
    const { column, row } = product;
    const split = cubeSplit(
      graph,
      rules,
      v,
      (d) => (d === row ? [inner] : d === column ? [outer] : []),
      rowAxes,
    );
    if (split === null) continue;
    given[v] = split;
    lying[v] = outer;
    for (const op of [v, ...rules.followers[v]]) layouts.push(...scattered(graph, rules, v, op, split));
  }
  const split = withSpareAxes(graph, rules, completedSplits(graph, sizes, given), [...sizes.keys()]);
  const trains = graph.role.includes(Role.update);
  return { kind: "sharding", mesh, split, layouts, ...(trains && { memory: { zero: 3 as const } }) };
}

function cubeSplit(
  graph: OpGraph,
  rules: SplitRules,
  v: number,
  axesOf: (dimension: number) => number[],
  rowAxes: readonly number[],
): OpSplit | null {
  let split: OpSplit | null = unsplit(iterationOf(graph, v)!).map((_, d) => axesOf(d));
  if (!rules.isLegal(v, split)) return null;
  for (const axis of rowAxes) split = split === null ? null : onRows(graph, rules, v, split, axis);
  return split;
}

/** Sums of activations and of their gradients are scattered to rows; those of weights by ZeRO. */
function scattered(graph: OpGraph, rules: SplitRules, v: number, op: number, split: OpSplit): OutputLayout[] {
  const iteration = iterationOf(graph, op);
  if (iteration === null || graph.role[op] === Role.update) return [];
  const leader = iterationOf(graph, v)!;
  const own = splitByName(leader, split, iteration);
  return naturalLayouts(iteration, own).outputs.flatMap(({ axes, partial }, output) => {
    // A sum over an axis of rows is the gradient of a weight.
    const rows = iteration.outputs[output].along.some(
      (d) => d >= 0 && iteration.dimensions[d].kind === "batch",
    );
    if (partial.length !== 1 || !rows) return [];
    const more = onRows(graph, rules, v, split, partial[0]);
    if (more === null) return [];
    const { along } = iteration.outputs[output];
    const divided = splitByName(leader, more, iteration);
    return [{ op, output, axes: axes.map((before, t) => (along[t] >= 0 ? divided[along[t]] : before)) }];
  });
}
