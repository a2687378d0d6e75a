/**
 * How an op without a split of its own is divided. A backward or update op follows its forward twin
 * where their dimensions have the same names. A dimension that the twin lacks is divided as the
 * first input along it is. Sums of gradients have no twin, so all of theirs are.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import { type OpIteration, WHOLE } from "../../../model/graph/iteration.ts";
import { countAlong, type MeshSizes } from "../../../model/layout/mesh.ts";
import { type OpSplit, usedAxes } from "../../../model/layout/natural.ts";
import { isPartition, type Ranges } from "../../../model/layout/ranges.ts";
import { iterationOf, type ShardingPlan, splitOf } from "../../../model/plan/sharding.ts";
import type { Value } from "./instructions.ts";

/** How an op is divided, and the ranges of dimensions that follow an input's. */
export interface Followed {
  readonly split: OpSplit | null;
  /** By dimension; absent where no input lists any. */
  readonly ranges?: ReadonlyMap<number, Ranges>;
}

/** `inputs`: the values that the op's data edges carry, in declared order. */
export function followed(
  graph: OpGraph,
  plan: ShardingPlan,
  v: number,
  { inputs, sizes }: { readonly inputs: readonly Value[]; readonly sizes: MeshSizes },
): Followed {
  const split = splitOf(graph, plan, v);
  const iteration = iterationOf(graph, v);
  if (split === null || iteration === null || plan.split[v] !== null || graph.role[v] === Role.forward)
    return { split };
  const own = ownDimensions(graph, v, iteration);
  const made = split.map((axes) => [...axes]);
  const ranges = new Map<number, Ranges>();
  iteration.inputs.forEach(({ shape, along }, i) => {
    const value = inputs[i];
    if (value === undefined || value.shape.join() !== shape.join()) return;
    along.forEach((dimension, t) => {
      if (dimension === WHOLE || !own.has(dimension) || made[dimension].length > 0) return;
      const { size, kind, halo = 0 } = iteration.dimensions[dimension];
      const axes = value.layout.axes[t];
      if (size !== shape[t] || kind === "opaque" || halo > 0) return;
      const parts = countAlong(axes, sizes);
      if (parts > size || axes.some((axis) => usedAxes(made).includes(axis))) return;
      made[dimension] = [...axes];
      const listed = value.layout.ranges?.[t];
      if (listed && isPartition(listed, size)) ranges.set(dimension, listed);
    });
  });
  return ranges.size === 0 ? { split: made } : { split: made, ranges };
}

/** Dimensions whose names the twin does not have. */
function ownDimensions(graph: OpGraph, v: number, { dimensions }: OpIteration): ReadonlySet<number> {
  const twin = graph.twin[v];
  const known = twin === -1 ? [] : (iterationOf(graph, twin)?.dimensions ?? []);
  const names = new Set(known.map(({ name }) => name));
  return new Set([...dimensions.keys()].filter((dimension) => !names.has(dimensions[dimension].name)));
}
