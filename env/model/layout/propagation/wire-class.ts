/**
 * The class of a wire: by what the op at its end does with the tensor. GSPMD lets divisions pass by
 * class, in the order of `wireLevels` (Xu et al., arXiv 2105.04663, 3.5). A broadcast that is
 * divided as its small operand is a guess, so divisions pass back through it before they pass
 * forward. The paper gives the order; the numbers are ours.
 */
import type { OpIteration, TensorAxes } from "../../graph/iteration.ts";

export const wireClasses = ["preserving", "product", "broadcast", "rest"] as const;
export type WireClass = (typeof wireClasses)[number];

/** At which level divisions pass a wire of each class, in either direction. */
export const wireLevels: Readonly<
  Record<WireClass, { readonly forward: number; readonly backward: number }>
> = {
  preserving: { forward: 0, backward: 0 },
  product: { forward: 1, backward: 1 },
  broadcast: { forward: 3, backward: 2 },
  rest: { forward: 4, backward: 4 },
};

export const LAST_LEVEL = 4;

/**
 * - `product`: the op sums over a dimension: products, convolutions, reductions;
 * - `rest`: the op sees the tensor in another shape, or has a halo or an opaque dimension;
 * - `broadcast`: the tensor lacks a dimension of the op;
 * - `preserving`: all others, such as element-wise ops and transposes.
 */
export function wireClass(
  { dimensions, sums }: Pick<OpIteration, "dimensions" | "sums">,
  { along }: TensorAxes,
  isView: boolean,
): WireClass {
  if (isView || dimensions.some(({ kind, halo = 0 }) => kind === "opaque" || halo > 0)) return "rest";
  if (sums.length > 0) return "product";
  return dimensions.some(({ size }, d) => size > 1 && !along.includes(d)) ? "broadcast" : "preserving";
}
