/**
 * The operator specifications of graph substitutions: inputs, attributes, the shape of the result,
 * and which inputs are weights in every graph. What an operator computes is in execute.ts. The
 * sizes that it asks for are in dimensions.ts. Source: Jia et al.
 * (TASO), SOSP 2019, table of operators.
 *
 * Axes count from the end, so that the columns of rows of any rank are axis -1. Windows are given
 * by their stride and by their offset, padding - (kernel - 1) / 2. So a convolution keeps its
 * windows when zeros enlarge its kernel.
 */

export type Shape = readonly number[];

/** What the attributes of an operator are, in order. */
export type AttributeKind = "axis" | "at" | "function" | "windows" | "pool";

/** Numbers that an attribute takes in a term. */
export const attributeSizes: Readonly<Record<AttributeKind, number>> = {
  axis: 1,
  /** Where a split divides the axis. */
  at: 1,
  function: 1,
  /** Stride and offset, each of height and width. */
  windows: 4,
  /** Kernel, stride, padding and size of the result, each of height and width. */
  pool: 8,
};

/** Element-wise functions, numbered by their place. */
export const functions = ["Relu", "Relu6", "LeakyRelu", "Swish", "Tanh", "Sigmoid", "Gelu"] as const;

/** Functions that products and convolutions may end with, as in cuDNN and in TASO's code. */
const FUSED: readonly number[] = ["Relu", "Tanh", "Sigmoid"].map((name) =>
  functions.indexOf(name as (typeof functions)[number]),
);

export interface Operator {
  readonly inputs: number;
  readonly attributes: readonly AttributeKind[];
  /** Inputs that are weights in every graph. */
  readonly weights: readonly number[];
  /** The shape of the result; null where the operator has none for these inputs. */
  shape(inputs: readonly Shape[], attributes: readonly number[]): Shape | null;
}

const isSame = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

/** Channels of an image, columns of rows. */
export const channelAxis = (shape: Shape): number => (shape.length === 4 ? 1 : shape.length - 1);

const product = ([x, w]: readonly Shape[]): Shape | null =>
  x.length >= 2 && w.length === 2 && x[x.length - 1] === w[0] ? [...x.slice(0, -1), w[1]] : null;

/** Padding of a kernel with an offset; a fraction where they do not suit each other. */
export const paddingOf = (kernel: number, offset: number): number => offset + (kernel - 1) / 2;

const convolution = ([x, w]: readonly Shape[], windows: readonly number[]): Shape | null => {
  if (x.length !== 4 || w.length !== 4 || x[1] !== w[1]) return null;
  const sizes = [0, 1].map((i) => {
    const [stride, offset] = [windows[i], windows[2 + i]];
    if (!Number.isInteger(paddingOf(w[2 + i], offset))) return 0;
    return Math.floor((x[2 + i] - 1 + 2 * offset) / stride) + 1;
  });
  return Math.min(...sizes) < 1 ? null : [x[0], w[0], ...sizes];
};

const pair = ([a, b]: readonly Shape[]): Shape | null => (isSame(a, b) ? a : null);

const vectors = ([x, ...rest]: readonly Shape[]): Shape | null =>
  x.length >= 2 && rest.every((p) => p.length === 1 && p[0] === x[channelAxis(x)]) ? x : null;

const concat = ([a, b]: readonly Shape[], [axis]: readonly number[]): Shape | null => {
  const at = a.length + axis;
  if (at < 0 || a.length !== b.length || a.some((size, i) => i !== at && size !== b[i])) return null;
  return a.map((size, i) => (i === at ? size + b[i] : size));
};

const half =
  (second: boolean) =>
  ([x]: readonly Shape[], [axis, at]: readonly number[]): Shape | null => {
    const place = x.length + axis;
    if (place < 0 || !(at >= 1 && at < x[place])) return null;
    return x.map((size, i) => (i !== place ? size : second ? size - at : at));
  };

const pool = ([x]: readonly Shape[], attributes: readonly number[]): Shape | null =>
  x.length === 4 ? [x[0], x[1], attributes[6], attributes[7]] : null;

const enlarge = ([w, like]: readonly Shape[]): Shape | null => {
  if (w.length !== 4 || like.length !== 4) return null;
  const grows = [2, 3].every((i) => like[i] >= w[i] && (like[i] - w[i]) % 2 === 0);
  return grows ? [w[0], w[1], like[2], like[3]] : null;
};

const fused =
  (shape: Operator["shape"], at: number): Operator["shape"] =>
  (inputs, attributes) =>
    FUSED.includes(attributes[at]) ? shape(inputs, attributes) : null;

const spec = (
  inputs: number,
  attributes: readonly AttributeKind[],
  weights: readonly number[],
  shape: Operator["shape"],
): Operator => ({ inputs, attributes, weights, shape });

export const operators = {
  matmul: spec(2, [], [1], product),
  conv: spec(2, ["windows"], [1], convolution),
  /** A function of each element. */
  map: spec(1, ["function"], [], ([x]) => x),
  /** A product and a function in one op. */
  matmulMap: spec(2, ["function"], [1], fused(product, 0)),
  convMap: spec(2, ["windows", "function"], [1], fused(convolution, 4)),
  add: spec(2, [], [], pair),
  mul: spec(2, [], [], pair),
  /** Adds a number to each channel. */
  bias: spec(2, [], [1], vectors),
  biasMap: spec(2, ["function"], [1], fused(vectors, 0)),
  /** Multiplies each channel and adds to it: batch normalisation with stored statistics. */
  affine: spec(3, [], [1, 2], (inputs) => (inputs[0].length === 4 ? vectors(inputs) : null)),
  concat: spec(2, ["axis"], [], concat),
  split0: spec(1, ["axis", "at"], [], half(false)),
  split1: spec(1, ["axis", "at"], [], half(true)),
  maxPool: spec(1, ["pool"], [], pool),
  avgPool: spec(1, ["pool"], [], pool),
  /** Multiplies each filter by a number. */
  scaleFilters: spec(2, [], [0, 1], ([w, p]) =>
    w.length === 4 && p.length === 1 && p[0] === w[0] ? w : null,
  ),
  /** Zeros around a kernel, up to the size of another one. */
  enlarge: spec(2, [], [0, 1], enlarge),
} as const satisfies Readonly<Record<string, Operator>>;

export type OperatorName = keyof typeof operators;

export const operatorNames = Object.keys(operators) as readonly OperatorName[];

export const operatorOf = (name: OperatorName): Operator => operators[name];
