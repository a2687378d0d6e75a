/**
 * What small graphs are made of: variables of small shapes, and the operators on each kind of
 * tensors. Variables whose axes are twice as long are joins of two others, and may be split.
 */
import type { OperatorName, Shape } from "../../../../env/model/graph/rewriting/operators.ts";
import type { VariableKind } from "../../../../env/model/graph/rewriting/substitution.ts";

export interface FamilyVariable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly shape: Shape;
  /** Where axes may be split, by axis. */
  readonly seams: Readonly<Record<number, number>>;
}

export interface Signature {
  readonly operator: OperatorName;
  readonly axis: number;
  readonly inputs: readonly VariableKind[];
  readonly result: VariableKind;
}

export interface Family {
  readonly variables: readonly FamilyVariable[];
  readonly signatures: readonly Signature[];
}

const variables = (
  names: string,
  kind: VariableKind,
  shape: Shape,
  seams: FamilyVariable["seams"] = {},
): FamilyVariable[] => [...names].map((name) => ({ name, kind, shape, seams }));

const one = (
  operator: OperatorName,
  inputs: readonly VariableKind[],
  result: VariableKind = inputs[0],
  axis = 0,
): Signature => ({ operator, axis, inputs, result });

/** Joins along an axis, and splits of what is joined. */
const joins = (kind: VariableKind, axis: number, splits: boolean): Signature[] => [
  one("concat", [kind, kind], kind, axis),
  ...(splits ? [one("split0", [kind], kind, axis), one("split1", [kind], kind, axis)] : []),
];

export const rowsFamily: Family = {
  variables: [
    ...variables("abc", "rows", [2, 2]),
    ...variables("d", "rows", [2, 4], { [-1]: 2 }),
    ...variables("pq", "vector", [2]),
  ],
  signatures: [
    one("matmul", ["rows", "rows"]),
    one("matmulMap", ["rows", "rows"]),
    one("map", ["rows"]),
    one("add", ["rows", "rows"]),
    one("mul", ["rows", "rows"]),
    one("bias", ["rows", "vector"]),
    one("biasMap", ["rows", "vector"]),
    ...joins("rows", -1, true),
    ...joins("rows", -2, true),
    ...joins("vector", -1, false),
    one("add", ["vector", "vector"]),
  ],
};

export const imageFamily: Family = {
  variables: [
    ...variables("xy", "image", [1, 2, 3, 3]),
    ...variables("z", "image", [1, 4, 3, 3], { [-3]: 2 }),
    ...variables("uv", "filters", [2, 2, 1, 1]),
    ...variables("w", "filters", [2, 2, 3, 3]),
    ...variables("pqr", "vector", [2]),
  ],
  signatures: [
    one("conv", ["image", "filters"]),
    one("convMap", ["image", "filters"]),
    one("map", ["image"]),
    one("add", ["image", "image"]),
    one("bias", ["image", "vector"]),
    one("biasMap", ["image", "vector"]),
    one("affine", ["image", "vector", "vector"]),
    one("maxPool", ["image"]),
    one("avgPool", ["image"]),
    ...joins("image", -3, true),
    ...joins("filters", -4, false),
    ...joins("filters", -3, false),
    ...joins("vector", -1, false),
    one("add", ["filters", "filters"]),
    one("add", ["vector", "vector"]),
    one("mul", ["vector", "vector"]),
    one("scaleFilters", ["filters", "vector"]),
    one("enlarge", ["filters", "filters"]),
  ],
};

export const families: readonly Family[] = [rowsFamily, imageFamily];
