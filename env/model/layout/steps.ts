/**
 * The steps that change a tensor's layout, and what each rank sends for one. All but `slice` are
 * collectives of groups of ranks that differ in the step's mesh axes alone.
 *
 *   step            from -> to                                       elements a rank of n sends
 *   slice           a whole axis is divided                          0
 *   all-gather      the minor mesh axis of a tensor axis goes        (n - 1) x its part
 *   all-reduce      partial sums over axes are added up              2 (n - 1) / n x its part
 *   reduce-scatter  the same, and a tensor axis is divided           (n - 1) x its new part
 *   all-to-all      the minor mesh axis goes to another tensor axis  (n - 1) x the common part
 *   permute         the same parts on other ranks                    its part
 *
 * Source of the amounts: the ring and pairwise algorithms (Thakur, Rabenseifner and Gropp,
 * "Optimization of Collective Communication Operations in MPICH", IJHPCA 2005).
 */
import { elementsIn, type Layout, localElements, localShape, partLength } from "./layout.ts";
import { countAlong, type MeshSizes } from "./mesh.ts";

export const stepKinds = [
  "slice",
  "all-gather",
  "all-reduce",
  "reduce-scatter",
  "all-to-all",
  "permute",
] as const;
export type StepKind = (typeof stepKinds)[number];

export interface ReshardStep {
  readonly kind: StepKind;
  /** Mesh axes along which ranks form a group. */
  readonly group: readonly number[];
  readonly from: Layout;
  readonly to: Layout;
}

/** Elements that a rank sends in a step, padded. */
export function sentElements(
  { kind, group, from, to }: ReshardStep,
  shape: readonly number[],
  sizes: MeshSizes,
): number {
  const count = countAlong(group, sizes);
  switch (kind) {
    case "slice":
      return 0;
    case "all-gather":
      return (count - 1) * localElements(shape, from, sizes);
    case "all-reduce":
      return ((2 * (count - 1)) / count) * localElements(shape, from, sizes);
    case "reduce-scatter":
      return (count - 1) * localElements(shape, to, sizes);
    case "all-to-all":
      return (count - 1) * commonElements({ group, from, to }, shape, sizes);
    case "permute":
      return localElements(shape, from, sizes);
  }
}

/** What two ranks exchange in an all-to-all, padded: an old part, divided as the new ones. */
export function commonElements(
  { group: [axis], from, to }: Pick<ReshardStep, "group" | "from" | "to">,
  shape: readonly number[],
  sizes: MeshSizes,
): number {
  const local = localShape(shape, from, sizes);
  const target = to.axes.findIndex((own, t) => own.includes(axis) && !from.axes[t].includes(axis));
  local[target] = partLength(local[target], [axis], sizes);
  return elementsIn(local);
}
