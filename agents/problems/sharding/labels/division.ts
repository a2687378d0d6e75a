/**
 * Whether a dimension of an op may be divided into so many parts. The rules are those of sharding
 * plans (env/model/plan/sharding-checks.ts), for an op with its backward and update ops.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { type OpIteration, type TensorAxes, WHOLE } from "../../../../env/model/graph/iteration.ts";
import type { Layout } from "../../../../env/model/layout/layout.ts";
import { countAlong, type MeshSizes } from "../../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../../env/model/layout/natural.ts";
import { holdsWithFollowers } from "../followers.ts";

/** An axis that is longer than its dimension is cut where the dimension is: both evenly. */
function mayDivide(iteration: OpIteration, dimension: number, parts: number, halos: boolean): boolean {
  if (parts === 1) return true;
  const { kind, size, halo = 0 } = iteration.dimensions[dimension];
  if (kind === "opaque" || (halo > 0 && !halos) || parts > size) return false;
  // Images of other lengths are cut in proportion.
  if (halos && kind === "spatial") return size % parts === 0;
  const isEven = ({ shape, along }: TensorAxes): boolean =>
    along.every(
      (of, t) => of !== dimension || shape[t] === size || (size % parts === 0 && shape[t] % parts === 0),
    );
  return [...iteration.inputs, ...iteration.parameters, ...iteration.outputs].every(isEven);
}

const isAllowed = (iteration: OpIteration, split: OpSplit, sizes: MeshSizes, halos: boolean): boolean =>
  split.every((axes, dimension) => mayDivide(iteration, dimension, countAlong(axes, sizes), halos));

export interface Division {
  readonly split: OpSplit;
  readonly sizes: MeshSizes;
  /** Whether parts may need rows of their neighbours. */
  readonly halos?: boolean;
}

/** Whether an op may be split so, and its `twins`, which take the split over by name. */
export function mayTake(
  graph: Pick<OpGraph, "iterations">,
  v: number,
  twins: readonly number[],
  { split, sizes, halos = false }: Division,
): boolean {
  return holdsWithFollowers(graph, v, twins, split, (iteration, own) =>
    isAllowed(iteration, own, sizes, halos),
  );
}

/**
 * The split of an op that follows one of its tensors: each dimension is divided as the axis along
 * it, where `mayTake` allows it.
 */
export function splitAlong(
  iteration: OpIteration,
  { along }: TensorAxes,
  { axes }: Layout,
  isTaken: (split: OpSplit) => boolean,
): OpSplit {
  let split: readonly (readonly number[])[] = iteration.dimensions.map(() => []);
  along.forEach((dimension, t) => {
    if (dimension === WHOLE || axes[t].length === 0 || split[dimension].length > 0) return;
    const next = split.map((own, d) => (d === dimension ? axes[t] : own));
    if (isTaken(next)) split = next;
  });
  return split;
}
