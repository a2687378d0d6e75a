/**
 * ZeRO's stages as layouts (Rajbhandari et al., SC 2020): a rank that holds the same weights as
 * others updates a part of them alone. So an update is divided once more, along the mesh axes over
 * which its gradient is a partial sum.
 *
 *   stage 1   the optimizer's state is divided; gradients are scattered, new weights gathered
 *   stage 2   the same, and whole gradients go as soon as they are scattered
 *   stage 3   weights are divided as well; they are gathered for each pass that uses them
 */
import type { OpGraph } from "../../../model/graph/graph.ts";
import { elementsIn, partLength } from "../../../model/layout/layout.ts";
import { type MeshSizes, sizesOf } from "../../../model/layout/mesh.ts";
import { type OpSplit, usedAxes } from "../../../model/layout/natural.ts";
import { iterationOf, type ShardingPlan, splitOf } from "../../../model/plan/sharding.ts";

/** Mesh axes over which the gradients of updates are partial sums; none without a stage. */
export type PartialGradients = ReadonlyMap<number, readonly number[]>;

/** The split of an update op under the plan's stage. */
export function updateSplit(
  graph: OpGraph,
  plan: ShardingPlan,
  update: number,
  partial: PartialGradients,
): OpSplit | null {
  const split = splitOf(graph, plan, update);
  if (split === null || plan.split[update] !== null) return split;
  const used = usedAxes(split);
  const sizes = sizesOf(plan.mesh);
  return (partial.get(update) ?? [])
    .filter((axis) => !used.includes(axis))
    .reduce((made, axis) => dividedOnce(graph, update, made, { axis, sizes }), split);
}

/** Divides the dimension with the most weights along it; of equal ones the first that is even. */
function dividedOnce(
  graph: OpGraph,
  update: number,
  split: OpSplit,
  { axis, sizes }: { readonly axis: number; readonly sizes: MeshSizes },
): OpSplit {
  const { dimensions, parameters } = iterationOf(graph, update)!;
  let best = -1;
  let bestMerit = 0;
  dimensions.forEach(({ size, kind }, dimension) => {
    const length = partLength(size, split[dimension], sizes);
    if (kind === "opaque" || length < sizes[axis]) return;
    // An axis that is longer than its dimension is cut where the dimension is.
    const cutsAlike = parameters.every(({ shape, along }) =>
      along.every((of, t) => of !== dimension || shape[t] === size),
    );
    if (!cutsAlike) return;
    const weights = parameters
      .filter(({ along }) => along.includes(dimension))
      .reduce((sum, { shape }) => sum + elementsIn(shape), 0);
    const merit = length % sizes[axis] === 0 ? 2 * weights + 1 : 2 * weights;
    if (weights === 0 || merit <= bestMerit) return;
    best = dimension;
    bestMerit = merit;
  });
  return best === -1 ? split : split.map((own, dimension) => (dimension === best ? [...own, axis] : own));
}
