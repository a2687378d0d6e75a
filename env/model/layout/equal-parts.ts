/** Whether an op can be cut into equal parts along its dimensions, with all axes along them. */
import { type OpIteration, WHOLE } from "../graph/iteration.ts";

/**
 * `parts`: of each dimension, 1 for none. `halos`: height and width may be divided where parts need
 * rows of their neighbours; strides and paddings then cut images in proportion.
 */
export function hasEqualParts(
  { dimensions, inputs, parameters, outputs }: OpIteration,
  parts: readonly number[],
  { halos = false }: { readonly halos?: boolean } = {},
): boolean {
  const fits = dimensions.every(
    ({ kind, size, halo = 0 }, d) =>
      parts[d] === 1 || (kind !== "opaque" && (halos || halo === 0) && size > 0 && size % parts[d] === 0),
  );
  const mayBeUneven = (d: number): boolean => halos && dimensions[d].kind === "spatial";
  return (
    fits &&
    [...inputs, ...parameters, ...outputs].every(({ shape, along }) =>
      shape.every(
        (length, t) => along[t] === WHOLE || mayBeUneven(along[t]) || length % parts[along[t]] === 0,
      ),
    )
  );
}

/** Whether one dimension alone can be. */
export const isEvenAlong = (iteration: OpIteration, dimension: number, parts: number): boolean =>
  hasEqualParts(
    iteration,
    iteration.dimensions.map((_, d) => (d === dimension ? parts : 1)),
  );
