/**
 * Sizes of the tensors of a substitution, as terms that hold for all its instances. They are sizes
 * of axes of variables, their sums, and what windows make of them. Sizes that an operator needs to
 * be equal are unified (Robinson, JACM 1965). A split divides an axis between the two terms of its
 * sum. So where a target splits follows from the sizes of the variables.
 */
import type { OperatorName } from "./operators.ts";

export interface Size {
  /** Unified with another size. */
  same: Size | null;
  /** A sum of two sizes, or what windows make of one. */
  of: { readonly made: "sum" | "windows" | "pool"; readonly parts: readonly Size[] } | null;
}

export type SymbolicShape = readonly Size[];

export const freshSize = (): Size => ({ same: null, of: null });

export function settled(size: Size): Size {
  let at = size;
  while (at.same !== null) at = at.same;
  return at;
}

/** False where the sizes cannot be equal. */
export function unify(first: Size, second: Size): boolean {
  const [a, b] = [settled(first), settled(second)];
  if (a === b) return true;
  if (a.of === null) return !occurs(a, b) && become(a, b);
  if (b.of === null) return !occurs(b, a) && become(b, a);
  if (a.of.made !== b.of.made) return false;
  const others = b.of.parts;
  return a.of.parts.every((part, i) => unify(part, others[i])) && become(a, b);
}

function become(a: Size, b: Size): true {
  a.same = b;
  return true;
}

const occurs = (a: Size, within: Size): boolean => {
  const b = settled(within);
  return a === b || (b.of?.parts.some((part) => occurs(a, part)) ?? false);
};

const made = (by: "sum" | "windows" | "pool", ...parts: Size[]): Size => ({
  same: null,
  of: { made: by, parts },
});

const unifyAll = (a: SymbolicShape, b: SymbolicShape): boolean =>
  a.length === b.length && a.every((size, i) => unify(size, b[i]));

const channelOf = (shape: SymbolicShape): Size => shape[shape.length === 4 ? 1 : shape.length - 1];

/** Of variables: rows of columns, images, filters, vectors. */
type SymbolicRule = (inputs: readonly SymbolicShape[], axis: number) => SymbolicShape | null;

const product: SymbolicRule = ([x, w]) =>
  x.length === 2 && w.length === 2 && unify(x[1], w[0]) ? [x[0], w[1]] : null;

const convolution: SymbolicRule = ([x, w]) =>
  x.length === 4 && w.length === 4 && unify(x[1], w[1])
    ? [x[0], w[0], made("windows", x[2]), made("windows", x[3])]
    : null;

const pair: SymbolicRule = ([a, b]) => (unifyAll(a, b) ? a : null);

const vectors: SymbolicRule = ([x, ...rest]) =>
  x.length >= 2 && rest.every((p) => p.length === 1 && unify(p[0], channelOf(x))) ? x : null;

const pool: SymbolicRule = ([x]) =>
  x.length === 4 ? [x[0], x[1], made("pool", x[2]), made("pool", x[3])] : null;

const half =
  (which: 0 | 1): SymbolicRule =>
  ([x], axis) => {
    const at = x.length + axis;
    if (at < 0) return null;
    const whole = made("sum", freshSize(), freshSize());
    if (!unify(x[at], whole)) return null;
    const { of } = settled(x[at]);
    return x.map((size, i) => (i === at ? of!.parts[which] : size));
  };

const rules: Readonly<Record<OperatorName, SymbolicRule>> = {
  matmul: product,
  conv: convolution,
  map: ([x]) => x,
  matmulMap: product,
  convMap: convolution,
  add: pair,
  mul: pair,
  bias: vectors,
  biasMap: vectors,
  affine: (inputs, axis) => (inputs[0].length === 4 ? vectors(inputs, axis) : null),
  concat: ([a, b], axis) => {
    const at = a.length + axis;
    if (at < 0 || a.length !== b.length) return null;
    if (!a.every((size, i) => i === at || unify(size, b[i]))) return null;
    return a.map((size, i) => (i === at ? made("sum", size, b[i]) : size));
  },
  split0: half(0),
  split1: half(1),
  maxPool: pool,
  avgPool: pool,
  scaleFilters: ([w, p]) => (w.length === 4 && p.length === 1 && unify(p[0], w[0]) ? w : null),
  enlarge: ([w, like]) => (w.length === 4 && like.length === 4 ? [w[0], w[1], like[2], like[3]] : null),
};

/** The shape that the operator makes; null where the sizes cannot suit it. */
export const symbolicShape = (
  operator: OperatorName,
  inputs: readonly SymbolicShape[],
  axis: number,
): SymbolicShape | null => rules[operator](inputs, axis);

/** Numbers of sizes that are known. */
export type Sizes = Map<Size, number>;

/** Notes that a size is `value`; false where it is known as another one. */
export function learn(sizes: Sizes, size: Size, value: number): boolean {
  const at = settled(size);
  const known = sizes.get(at);
  if (known !== undefined) return known === value;
  sizes.set(at, value);
  return true;
}

/** The number of a size, by its parts where it is a sum; undefined where one is not known. */
export function sizeValue(sizes: Sizes, size: Size): number | undefined {
  const at = settled(size);
  if (at.of?.made === "sum") {
    const [a, b] = at.of.parts.map((part) => sizeValue(sizes, part));
    if (a !== undefined && b !== undefined) return a + b;
  }
  return sizes.get(at);
}
